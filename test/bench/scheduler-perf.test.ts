import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { section } from '../../bench/report/section.ts';
import { WORKLOADS } from '../../bench/scheduler-perf/cases.ts';
import { GoTemplate } from '../../bench/scheduler-perf/go-template.ts';
import { CASES_LEFT_OUT, leftOut } from '../../bench/scheduler-perf/left-out.ts';
import { schedulingThroughput } from '../../bench/scheduler-perf/throughput.ts';

const workload = (name: string) => WORKLOADS.find((one) => one.name === name)!;

describe("Go's templates", () => {
  it.each([
    ['a {{.name}} of {{ .Count }}', 'a x of 7'],
    ['{{Mod .Index 4}} {{DivideInt .Index 4}} {{AddInt 80 (Mod .Index 2)}}', '1 2 81'],
    ['{{if .none}}a{{else}}b{{end}}{{if eq .name "x"}}c{{end}}{{if ge .Index 10}}d{{end}}', 'bc'],
    ['{{$n := or .none 2}}{{range ($n | Int)}}<{{.}}>{{end}}', '<0><1>'],
    ['{{range $i := 2}}{{range $j := 2}}{{$i}}{{$j}} {{end}}{{end}}', '00 01 10 11 '],
    ['{{$s := (or .list nil) | JSON}}{{$s}} {{(or .none nil) | JSON}}', '["a"] null'],
  ])('expand %s', (text, expected) => {
    expect(new GoTemplate(text).expand({ name: 'x', Index: 9, Count: 7, list: ['a'] })).toBe(expected);
  });

  it.each([
    ['{{if .a}}b', 'has no end'],
    ['a{{end}}', 'ends nothing'],
    ['{{printf "a"}}', 'not known'],
    ['{{.missing}}', 'missing'],
    ['{{(.a))}}', 'too many'],
    ['{{(.a}}', 'not closed'],
  ])('refuse %s', (text, why) => {
    expect(() => new GoTemplate(text).expand({ a: 1 })).toThrow(why);
  });
});

describe("Kubernetes' workloads", () => {
  it('are all there, by names of their own', () => {
    expect(new Set(WORKLOADS.map(({ name }) => name)).size).toBe(267);
    expect(new Set(WORKLOADS.map(({ caseName }) => caseName)).size).toBe(61);
  });

  it('have every number and object that their operations ask for', () => {
    const incomplete: string[] = [];
    for (const one of WORKLOADS) {
      try {
        for (const { count = 1, templateParams, ...operation } of one.operations()) {
          const { templatePath, podTemplatePath, nodeTemplatePath } = operation;
          for (const path of [templatePath, podTemplatePath, nodeTemplatePath]) {
            if (path === undefined) continue;
            const template = new GoTemplate(readFileSync(path, 'utf8'));
            expect(load(template.expand({ ...templateParams, Index: 1, Count: count }))).toHaveProperty(
              'kind',
            );
          }
        }
      } catch (error) {
        incomplete.push(`${one.name}: ${(error as Error).message}`);
      }
    }
    expect(incomplete).toEqual([
      'SchedulingWithResourceClaimTemplate/empty_100nodes: parameter $measurePods is not given',
      'SchedulingWithResourceClaimTemplate/empty_200nodes: parameter $measurePods is not given',
    ]);
  });

  it('give parameters to operations, sets of pods in turn and defaults in YAML included', () => {
    const sets = workload('SchedulingRequiredPodAntiAffinityWithNSSelector/10Nodes').operations();
    expect(sets.map(({ opcode, namespace, count }) => [opcode, namespace, count])).toEqual([
      ['createNodes', undefined, 10],
      ['createNamespaces', undefined, 2],
      ['createNamespaces', undefined, 1],
      ['createPods', 'init-ns-0', 2],
      ['createPods', 'init-ns-1', 2],
      ['createPods', 'measure-ns-0', 6],
    ]);
    const steady = workload('SchedulingWithResourceClaimTemplate/half_500nodes');
    expect(steady.threshold).toBe(60);
    expect(steady.operations().at(-1)).toMatchObject({ count: 10, steadyState: true, durationSeconds: 10 });
    expect(steady.operations()[2]?.templateParams).toEqual({ numPCIRoots: 2, numDevices: 10 });
    const gangs = workload('GangScheduling/5000Nodes_1000Gangs_3000Pods').operations();
    expect(gangs.at(-1)).toMatchObject({ count: 3000, templateParams: { podsPerGroup: 3 } });
  });

  it('are left out by the names of cases that there are', () => {
    const names = new Set(WORKLOADS.map(({ caseName }) => caseName));
    expect(CASES_LEFT_OUT.filter(([name]) => !names.has(name))).toEqual([]);
    expect(leftOut(workload('TopologyAwareScheduling/10Nodes_3Gangs'))).toContain('topologies');
    expect(leftOut(workload('SchedulingBasic/5Nodes'))).toBeUndefined();
  });
});

describe('SchedulingThroughput', () => {
  const samples = (...bound: number[]) => bound.map((count, n) => ({ time: n * 1000, bound: count }));

  it('averages the seconds after the first with any pod', () => {
    expect(schedulingThroughput(samples(0, 0, 50, 150, 450))).toBe(200);
  });

  it('gives seconds without a pod what the next one that has some makes of them', () => {
    // 30 in three seconds count three times, 100 in the last once
    expect(schedulingThroughput(samples(1, 1, 1, 31, 131))).toBe((3 * 10 + 100) / 4);
  });

  it('is unknown when all is over before a second sample', () => {
    expect(schedulingThroughput(samples(0, 10, 10))).toBeUndefined();
    expect(schedulingThroughput([])).toBeUndefined();
  });
});

it('the report has a line for each workload that was measured', () => {
  const name = 'SchedulingBasic/5000Nodes_10000Pods';
  const saved = {
    run: {
      command: `npm run bench -- --only scheduler-perf/${name} --save`,
      date: '2026-01-02',
      node: '24.0.0',
      machine: '2 x X',
    },
    figures: new Map(
      Object.entries({
        'coset/throughput': 1020,
        'kube-scheduler/throughput': 340,
        'coset-to-kube-scheduler/throughput': 3,
        threshold: 680,
        'coset-to-threshold': 1.5,
        'coset/cpu-per-pod': 0.4,
        'kube-scheduler/cpu-per-pod': 2.4,
        'coset/peak-memory': 170.2,
        'kube-scheduler/peak-memory': 230.1,
        'coset/load': 0.5,
        'kube-scheduler/load': 1.25,
      }).map(([what, value]) => [`scheduler-perf/${name}/${what}`, value] as const),
    ),
  };
  const line = section({ schedulerPerf: [saved] })
    .split('\n')
    .find((text) => text.startsWith(`| ${name}`))!;
  expect(line.split('|').map((cell) => cell.trim())).toEqual([
    ...[
      '',
      name,
      '1,020 / 340',
      '3.00',
      '680',
      '1.50',
      '0.40 / 2.40',
      '170 / 230',
      '0.50 / 1.25',
      '2026-01-02, 2 x X',
      '',
    ],
  ]);
});
