// What kubectl is asked to do, in order: each step may rely on those before it.

export interface Step {
  args: string[];
  input?: string;
  env?: Record<string, string>;
  /** What must be the same: the exit code, the columns of tables too, or all that is printed (the default). */
  compare?: 'code' | 'columns' | 'text';
  /** The exit code, where a step is about it. */
  code?: number;
}

const step = (line: string, more: Omit<Step, 'args'> = {}): Step => ({ args: line.split(' '), ...more });
const yaml = (...objects: object[]): string =>
  objects.map((object) => JSON.stringify(object)).join('\n---\n');

const labels = { app: 'web' };
const container = {
  name: 'main',
  image: 'example.com/main:1',
  resources: { requests: { cpu: '100m' }, limits: { memory: '64Mi' } },
};
const deployment = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'team' },
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container] } },
  },
});
const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'team', labels },
  spec: { containers: [container], automountServiceAccountToken: false, ...spec },
});
const config = (value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'team' },
  data: { value },
});
const budget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace: 'team' },
  spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
};
const ready = JSON.stringify({
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});
const noDisruption = JSON.stringify({
  status: {
    ...{ observedGeneration: 1, disruptionsAllowed: 0 },
    ...{ currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  },
});
const columns = { compare: 'columns' } as const;
const code = { compare: 'code' } as const;

const CREATING: Step[] = [
  step('get nodes', columns),
  step('get nodes -o wide', columns),
  step('create namespace team'),
  step('create namespace team', { code: 1 }),
  step('create namespace Bad_Name', { code: 1, ...code }),
  step('apply -f -', { input: yaml(deployment(2), config('one')) }),
  step('apply -f -', { input: yaml(deployment(2), config('two')) }),
  step('apply -f - --dry-run=server', { input: yaml(config('three'), pod('dry')) }),
  step('get configmap settings -n team -o jsonpath={.data.value}'),
  step(
    'patch configmap settings -n team --type=json -p [{"op":"replace","path":"/metadata/managedFields","value":[{}]}]',
  ),
  step('get configmap settings -n team --show-managed-fields -o jsonpath={.metadata.managedFields}'),
  step('annotate configmap settings -n team note=later'),
  step('get configmap settings -n team --show-managed-fields -o jsonpath={.metadata.managedFields}'),
  step('get pod dry -n team', { code: 1 }),
  step('create -f -', { input: yaml(pod('one'), pod('two', { nodeName: 'node-00000' })) }),
  step('create -f -', { input: yaml(pod('one')), code: 1 }),
  step('create -f -', { input: yaml(pod('bad', { containers: [] })), code: 1 }),
  step('create -f -', { input: yaml(pod('bad', { colour: 'red' })), code: 1 }),
  step('create -f - --validate=false', { input: yaml(pod('odd', { colour: 'red' })) }),
  step('create -f -', { input: yaml({ ...pod('x'), apiVersion: 'v9' }), code: 1, ...code }),
  step('run quick --image=example.com/main:1 -n team --dry-run=server'),
  step('create -f -', { input: yaml(budget) }),
  step('create deployment other --image=example.com/main:1 -n team'),
  step('create configmap literal --from-literal=a=b -n team'),
  step('create secret generic hidden --from-literal=a=b -n team'),
  step('create service clusterip web --tcp=80:80 -n team'),
  step('create serviceaccount runner -n team'),
  step('create job once --image=example.com/main:1 -n team'),
  step('create quota none -n nowhere', { code: 1, ...code }),
  step('create priorityclass high --value=1000'),
];

const READING: Step[] = [
  step('get pods -n team', columns),
  step('get pods -A -o wide', columns),
  step('get all -n team', columns),
  step('get deployments,replicasets,statefulsets,daemonsets -n team -o wide', columns),
  step('get services,configmaps,secrets,serviceaccounts,jobs,poddisruptionbudgets -n team', columns),
  step('get namespaces', columns),
  step('get priorityclasses', columns),
  step('get pods -n team -l app=web -o name'),
  step('get pods -n team --field-selector spec.nodeName=node-00000 -o name'),
  step('get pods -n team -w --request-timeout=2s', columns),
  step('get pods -n team --watch-only --request-timeout=2s', code),
  step('get toasters', { code: 1 }),
  step('get pod none -n team', { code: 1 }),
  step('describe pod one -n team', code),
  step('describe node node-00000', code),
  step('describe deployment web -n team', code),
  step('describe pod none -n team', { code: 1 }),
  step('explain pod.spec.containers.resources'),
  step('explain deployment.spec.strategy --recursive'),
  step('explain poddisruptionbudget.spec'),
  step('explain pod.spec.colour', { code: 1 }),
  step('api-resources', columns),
  step('api-resources --api-group=apps -o name'),
  step('api-resources --api-group=policy --no-headers'),
  step('auth can-i create pods -n team'),
  step('auth can-i delete nodes'),
  step('auth can-i --list', code),
  step('version', code),
];

const CHANGING: Step[] = [
  step('diff -f -', { input: yaml(config('two')) }),
  step('diff -f -', { input: yaml(config('four')), code: 1, ...code }),
  step('apply --server-side -f -', { input: yaml(config('two')) }),
  step('apply --server-side --field-manager=other -f -', { input: yaml(config('five')), code: 1 }),
  step('apply --server-side --field-manager=other --force-conflicts -f -', { input: yaml(config('five')) }),
  step('apply --server-side --dry-run=server --force-conflicts -f -', { input: yaml(config('six')) }),
  step('get configmap settings -n team -o jsonpath={.data.value}'),
  step('label pod one -n team tier=front'),
  step('label pod one -n team tier=back', { code: 1 }),
  step('label pod one -n team tier=back --overwrite'),
  step('label pod one -n team tier-'),
  step('annotate pod one -n team note=yes'),
  step(`patch pod one -n team --type=merge -p {"metadata":{"labels":{"a":"1"}}}`),
  step(`patch pod one -n team --type=json -p [{"op":"remove","path":"/metadata/labels/a"}]`),
  step(`patch pod one -n team --type=json -p [{"op":"test","path":"/metadata/name","value":"x"}]`, {
    code: 1,
    ...code,
  }),
  step(
    `patch deployment web -n team -p {"spec":{"template":{"spec":{"containers":[{"name":"main","image":"example.com/main:2"}]}}}}`,
  ),
  step('get deployment web -n team -o jsonpath={.spec.template.spec.containers[*].image}'),
  step(`patch deployment web -n team -p {"spec":{"selector":{"matchLabels":{"app":"x"}}}}`, {
    code: 1,
    ...code,
  }),
  step(`patch pod one -n team --type=merge -p {"spec":{"nodeName":"x"}}`, { code: 1, ...code }),
  step('scale deployment web -n team --replicas=3'),
  step('get deployment web -n team -o jsonpath={.spec.replicas}'),
  step('set image deployment/web -n team main=example.com/main:3'),
  step(`replace -f -`, { input: yaml(config('seven')) }),
  step('apply -f -', { input: yaml(deployment(1)) }),
  step('get deployment web -n team -o jsonpath={.spec.replicas}'),
];

const WAITING: Step[] = [
  step('wait pod/two -n team --for=condition=Ready --timeout=1s', { code: 1 }),
  step(`patch pod two -n team --subresource=status --type=merge -p ${ready}`),
  step('wait pod/two -n team --for=condition=Ready --timeout=10s'),
  step('wait pod/two -n team --for=jsonpath={.status.phase}=Running --timeout=10s'),
  step('wait pod/none -n team --for=delete --timeout=10s'),
  step('cordon node-00000'),
  step('cordon node-00000'),
  step('get nodes', columns),
  step('uncordon node-00000'),
  step('taint node node-00000 a=b:NoSchedule'),
  step('taint node node-00000 a-'),
  step('drain node-00000 --dry-run=server --force --disable-eviction', code),
  // what a disruption controller would say of it: a real server waits for that before it answers at all
  step(`patch poddisruptionbudget web -n team --subresource=status --type=merge -p ${noDisruption}`),
  step('drain node-00000 --dry-run=server --force --timeout=3s', { code: 1, ...code }),
  step('drain node-00000 --timeout=5s', { code: 1, ...code }),
  step('drain node-00000 --force --disable-eviction --grace-period=0 --timeout=20s', code),
  step('get pod two -n team', { code: 1 }),
  step('logs none -n team', { code: 1 }),
  step('delete pod one -n team --dry-run=server'),
  step('delete pod one -n team --now'),
  step('delete pod one -n team', { code: 1 }),
  step('delete pod one -n team --ignore-not-found'),
  step('delete deployment web -n team --cascade=orphan --wait=false'),
  step('delete configmap --all -n team'),
  step('delete priorityclass high'),
  step('delete namespace default', { code: 1 }),
  step('delete namespace team --wait=false'),
];

export const KUBECTL_STEPS: Step[] = [...CREATING, ...READING, ...CHANGING, ...WAITING];
