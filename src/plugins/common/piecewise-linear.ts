// The function of a utilization that a profile's arguments draw as points.
export interface ShapePoint {
  /** 0 to 100. */
  utilization: number;
  /** 0 to 10. */
  score: number;
}

/** The score of a utilization, 0 to 100: on the straight line between the two points around it. */
export function piecewiseLinear(shape: readonly ShapePoint[], utilization: number): number {
  const at = shape.findIndex((point) => utilization <= point.utilization);
  if (at === -1) return shape.at(-1)!.score * 10;
  const to = shape[at]!;
  if (at === 0) return to.score * 10;
  const from = shape[at - 1]!;
  const rise = (to.score - from.score) * 10 * (utilization - from.utilization);
  return from.score * 10 + Math.trunc(rise / (to.utilization - from.utilization));
}
