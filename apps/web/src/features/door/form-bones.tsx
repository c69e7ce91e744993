import { Skeleton } from "#ui/skeleton.tsx";
import styles from "./door.module.css";

/** The shape of a form that is still on its way. */
export function FormBones({ fields }: { readonly fields: number }) {
  return (
    <div className={styles.card} aria-hidden="true">
      <Skeleton width={220} height={20} />
      <div className={styles.bones}>
        {Array.from({ length: fields }, (_, index) => (
          <div key={index} className={styles.form}>
            <Skeleton width={96} />
            <Skeleton width="100%" height={32} />
          </div>
        ))}
        <Skeleton width="100%" height={34} />
      </div>
    </div>
  );
}
