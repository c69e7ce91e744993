/** The product's mark: a caret between brackets. */
export function Mark({ size = 18 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 18 18" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d="M5.5 3.5 1.5 9l4 5.5M12.5 3.5l4 5.5-4 5.5" />
      <path d="M9 6v6" strokeWidth="2" />
    </svg>
  );
}
