// The cases of scheduler_perf as they stand in Kubernetes' repository: each has operations in which parameters stand for
// numbers, and workloads that give the parameters.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import type { Values } from './go-template.ts';

const DATA = join(import.meta.dirname, 'data');

/** As Kubernetes' executor reads it; which fields there are depends on the opcode. */
export interface Operation {
  opcode: string;
  count?: number;
  countParam?: string;
  countMultiplierParam?: string;
  namespace?: string;
  namespaces?: string[];
  labelSelector?: Record<string, string>;
  templatePath?: string;
  templatePaths?: string[];
  templateParams?: Record<string, unknown>;
  skipWaitToCompletion?: boolean;
  collectMetrics?: boolean;
  nodeTemplatePath?: string;
  labelNodePrepareStrategy?: { labelKey: string; labelValues: string[] };
  nodeAllocatableStrategy?: {
    nodeAllocatable: Record<string, string>;
    csiNodeAllocatable: Record<string, { count: number }>;
    migratedPlugins?: string[];
  };
  prefix?: string;
  namespacePrefix?: string;
  namespaceTemplatePath?: string;
  createPodsOp?: Operation;
  podTemplatePath?: string;
  persistentVolumeTemplatePath?: string;
  persistentVolumeClaimTemplatePath?: string;
  signatureBatchSize?: number;
  signatureBatchSizeParam?: string;
  steadyState?: boolean;
  steadyStateParam?: string;
  durationSeconds?: number;
  durationParam?: string;
  stageRequirement?: 'Scheduled' | 'Attempted';
  deletePodsPerSecond?: number;
  updatePerSecond?: number;
  subresources?: string[];
  mode?: 'create' | 'recreate';
  number?: number;
  intervalMilliseconds?: number;
}

interface Case {
  name: string;
  featureGates?: Record<string, boolean>;
  schedulerConfigPath?: string;
  defaultPodTemplatePath?: string;
  workloadTemplate: Operation[];
  workloads: {
    name: string;
    featureGates?: Record<string, boolean>;
    params?: Record<string, unknown>;
    /** Pods a second that Kubernetes' own runs ask for, by what they are about where there are several. */
    threshold?: number | Record<string, number>;
  }[];
}

/** A case with one of its workloads: what is run. */
export interface Workload {
  /** "CASE/WORKLOAD" */
  readonly name: string;
  readonly caseName: string;
  readonly gates: Readonly<Record<string, boolean>>;
  readonly threshold: number | undefined;
  /** The sum of its parameters: how large it is beside others of its case. */
  readonly size: number;
  /** Where the scheduler's configuration is, if it has one of its own. */
  readonly configuration: string | undefined;
  /**
   * Every number given, every path whole.
   * @throws Error when the workload lacks a parameter
   */
  operations(): Operation[];
}

/** All workloads, case by case. */
export const WORKLOADS: readonly Workload[] = readdirSync(DATA, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('performance-config.yaml'))
  .sort()
  .flatMap((path) => casesOf(join(DATA, path)));

function casesOf(path: string): Workload[] {
  const folder = dirname(path);
  return (load(readFileSync(path, 'utf8')) as Case[]).flatMap((one) =>
    one.workloads.map((workload): Workload => {
      const params = workload.params ?? {};
      const { threshold } = workload;
      return {
        name: `${one.name}/${workload.name}`,
        caseName: one.name,
        gates: { ...one.featureGates, ...workload.featureGates },
        threshold: typeof threshold === 'object' ? Object.values(threshold)[0] : threshold,
        size: Object.values(params).reduce<number>(
          (sum, value) => sum + (typeof value === 'number' ? value : 0),
          0,
        ),
        configuration: one.schedulerConfigPath && join(folder, one.schedulerConfigPath),
        operations: () => operationsOf(one, params, folder),
      };
    }),
  );
}

function operationsOf(one: Case, params: Values, folder: string): Operation[] {
  return one.workloadTemplate.flatMap((operation) => {
    const given = resolved(operation, params, folder);
    if (operation.opcode === 'createPods') return withPodTemplate(given, one, folder);
    if (operation.opcode !== 'createPodSets') return given;
    const pods = withPodTemplate(resolved(operation.createPodsOp!, params, folder), one, folder);
    return Array.from({ length: given.count! }, (_, n) => ({
      ...pods,
      namespace: `${given.namespacePrefix}-${n}`,
    }));
  });
}

function withPodTemplate(
  operation: Operation,
  { defaultPodTemplatePath: path }: Case,
  folder: string,
): Operation {
  return path === undefined ? operation : { podTemplatePath: join(folder, path), ...operation };
}

function resolved(operation: Operation, params: Values, folder: string): Operation {
  const given: Operation = { ...operation };
  for (const [key, value] of Object.entries(operation)) {
    if (/Path$/.test(key)) Object.assign(given, { [key]: join(folder, value as string) });
  }
  if (operation.templatePaths)
    given.templatePaths = operation.templatePaths.map((path) => join(folder, path));
  const numberOf = (reference: string): number => {
    const value = params[reference.slice(1)];
    if (typeof value !== 'number') throw new Error(`parameter ${reference} is not given`);
    return value;
  };
  if (operation.countParam !== undefined) given.count = numberOf(operation.countParam);
  if (operation.countMultiplierParam !== undefined) given.count! *= numberOf(operation.countMultiplierParam);
  if (operation.signatureBatchSizeParam !== undefined)
    given.signatureBatchSize = numberOf(operation.signatureBatchSizeParam);
  if (operation.steadyStateParam !== undefined)
    given.steadyState = params[operation.steadyStateParam.slice(1)] === true;
  if (operation.durationParam !== undefined)
    given.durationSeconds = Number.parseFloat(String(params[operation.durationParam.slice(1)]));
  if (operation.templateParams !== undefined) {
    given.templateParams = Object.fromEntries(
      Object.entries(operation.templateParams).map(([key, value]) => [key, templateParam(value, params)]),
    );
  }
  return given;
}

/** "$name" or "$name|default", whose default is YAML, stands for a parameter. */
function templateParam(value: unknown, params: Values): unknown {
  const [, name, otherwise] = (typeof value === 'string' && /^\$([^|]+)(?:\|(.*))?$/s.exec(value)) || [];
  if (name === undefined) return value;
  if (name in params) return params[name];
  if (otherwise === undefined) throw new Error(`parameter ${name} is not given`);
  return otherwise === '' ? undefined : load(otherwise);
}
