/** A column of fixed-width values; `pointer` changes when the columns grow. */
export interface Column {
  pointer: number;
  readonly bytesPerRow: 4 | 8;
}
