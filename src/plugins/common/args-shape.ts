// What the arguments of several plugins have in common.
import { exactly, int32, int64, list, oneOf, text, type Problems, type Shape } from '../../model/shape.ts';

export const API_VERSION = 'kubescheduler.config.k8s.io/v1';

/** The fields of a plugin's arguments, besides the apiVersion and kind that each may have. */
export function argsShape(plugin: string, fields: Record<string, Shape>): Shape {
  return exactly({ apiVersion: oneOf(API_VERSION), kind: oneOf(`${plugin}Args`), ...fields });
}

export interface ResourceSpec {
  name: string;
  weight: number;
}

export const resourceSpecs = list(exactly({ name: text, weight: int64 }));

const DEFAULT_RESOURCES: readonly ResourceSpec[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** No resources mean the default ones, a weight of 0 means 1. */
export function withDefaults(resources: Partial<ResourceSpec>[] | undefined): ResourceSpec[] {
  const given = resources !== undefined && resources.length > 0 ? resources : DEFAULT_RESOURCES;
  return given.map(({ name, weight }) => ({ name: name ?? '', weight: weight || 1 }));
}

/** A point of a function of the utilization (0 to 100), whose score is 0 to 10. */
export interface FunctionPoint {
  utilization: number;
  score: number;
}

export const functionShape = list(exactly({ utilization: int32, score: int32 }));

export function complete(shape: Partial<FunctionPoint>[] | undefined): FunctionPoint[] {
  return (shape ?? []).map(({ utilization, score }) => ({
    utilization: utilization ?? 0,
    score: score ?? 0,
  }));
}

export function checkFunctionShape(points: Partial<FunctionPoint>[], path: string, problems: Problems): void {
  if (points.length === 0) problems.add(path, 'must have at least one point');
  complete(points).forEach(({ utilization, score }, i, all) => {
    if (utilization < 0 || utilization > 100) {
      problems.add(`${path}[${i}].utilization`, `must be from 0 to 100, not ${utilization}`);
    }
    if (score < 0 || score > 10) problems.add(`${path}[${i}].score`, `must be from 0 to 10, not ${score}`);
    if (i > 0 && all[i - 1]!.utilization >= utilization) {
      problems.add(`${path}[${i}].utilization`, 'must be greater than that of the point before');
    }
  });
}
