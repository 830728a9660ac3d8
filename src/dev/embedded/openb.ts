// The openb trace as Kubernetes objects: its nodes, and all its pods as if they came at once.
import { readFileSync } from 'node:fs';
import { canonicalQuantity } from '../../model/quantity.ts';
import { DEFAULT_SCHEDULER, type Node, type Pod } from '../../model/types.ts';

export const GPU = 'nvidia.com/gpu';

/** Pods that a node of the trace may run; the trace does not say. */
const PODS_PER_NODE = '250';

/** Reads nodes.csv and pods.csv of a folder. Throws an Error that names the file and the line of what is wrong. */
export function readOpenb(folder: URL): { nodes: Node[]; pods: Pod[] } {
  return {
    nodes: readCsv(new URL('nodes.csv', folder)).map(toNode),
    pods: readCsv(new URL('pods.csv', folder)).map(toPod),
  };
}

type Row = Readonly<Record<string, string>>;

function readCsv(file: URL): Row[] {
  const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = header.split(',');
  return lines.map((line, at) => {
    const values = line.split(',');
    if (values.length !== names.length) {
      throw new Error(`${file.pathname}:${at + 2}: ${values.length} values instead of ${names.length}`);
    }
    return Object.fromEntries(names.map((name, column) => [name, values[column]!]));
  });
}

function cpuAndMemory(milli = '', mib = ''): Record<string, string> {
  return { cpu: canonicalQuantity(`${milli}m`), memory: canonicalQuantity(`${mib}Mi`) };
}

function toNode({ sn, cpu_milli, memory_mib, gpu, model }: Row): Node {
  const gpus: Record<string, string> = Number(gpu) > 0 ? { [GPU]: gpu! } : {};
  const allocatable = { ...cpuAndMemory(cpu_milli, memory_mib), pods: PODS_PER_NODE, ...gpus };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: sn,
      labels: {
        'kubernetes.io/hostname': sn!,
        'kubernetes.io/os': 'linux',
        ...(model && { 'gpu-model': model }),
      },
    },
    spec: {},
    status: {
      capacity: allocatable,
      allocatable,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'from the trace' }],
    },
  };
}

/** Shares of a GPU are rounded up: as an extended resource a GPU is whole. */
function toPod({ name, cpu_milli, memory_mib, num_gpu, qos, gpu_spec }: Row): Pod {
  const gpus: Record<string, string> = Number(num_gpu) > 0 ? { [GPU]: num_gpu! } : {};
  const models = gpu_spec ? gpu_spec.split('|') : [];
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'gpu-model', operator: 'In', values: models }] }],
      },
    },
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'openb', labels: { qos: qos! } },
    spec: {
      schedulerName: DEFAULT_SCHEDULER,
      ...(models.length > 0 && { affinity }),
      containers: [
        {
          name: 'main',
          image: 'openb',
          resources: { requests: { ...cpuAndMemory(cpu_milli, memory_mib), ...gpus }, limits: gpus },
        },
      ],
    },
    status: { phase: 'Pending' },
  };
}
