import { Skeleton } from "#ui/skeleton.tsx";
import styles from "./frame.module.css";

/** The frame of a project before it is known how it was left. */
export function FrameBones() {
  return (
    <div className={styles.frame} aria-hidden="true">
      <div className={styles.bonesSide}>
        {Array.from({ length: 10 }, (_, index) => (
          <Skeleton key={index} width={80 + ((index * 47) % 110)} />
        ))}
      </div>
      <div className={styles.bonesMain} />
    </div>
  );
}
