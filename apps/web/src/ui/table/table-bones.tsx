import { Skeleton } from "../skeleton.tsx";
import styles from "./table-bones.module.css";

/** The shape of a toolbar and a table that are still on their way. */
export function TableBones({ columns, rows = 8 }: { readonly columns: readonly number[]; readonly rows?: number }) {
  return (
    <div className={styles.bones} aria-hidden="true">
      <Skeleton width="100%" height={28} />
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.row}>
          {columns.map((width, column) => (
            <span key={column} className={styles.cell} style={{ width }}>
              <Skeleton width={Math.round(width * (0.5 + ((row * 7 + column * 5) % 4) / 10))} />
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}
