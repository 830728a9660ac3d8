// Writes the types of the Kubernetes objects that coset reads, from the schemas that an API server of the version in
// data/kubernetes serves: whoever uses coset as a library needs no other package for them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { root } from './stale.mjs';

const PREFIX = 'io.k8s.';
const REFERENCE = '#/components/schemas/';
/** The kinds that are read or written, by the schema's name without the prefix. What they consist of comes along. */
const KINDS = [
  ...['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'].map(of('apps.v1')),
  ...['Job', 'CronJob'].map(of('batch.v1')),
  ...['Binding', 'Endpoints', 'Event', 'LimitRange', 'Namespace', 'Node', 'PersistentVolume'].map(
    of('core.v1'),
  ),
  ...['PersistentVolumeClaim', 'Pod', 'ReplicationController', 'Secret', 'Service'].map(of('core.v1')),
  ...['Scale'].map(of('autoscaling.v1')),
  ...['HorizontalPodAutoscaler'].map(of('autoscaling.v2')),
  ...['Lease'].map(of('coordination.v1')),
  ...['EndpointSlice'].map(of('discovery.v1')),
  ...['Event'].map(of('events.v1')),
  ...['Ingress', 'IngressClass', 'NetworkPolicy'].map(of('networking.v1')),
  ...['RuntimeClass'].map(of('node.v1')),
  ...['PodDisruptionBudget'].map(of('policy.v1')),
  ...['ClusterRoleBinding'].map(of('rbac.v1')),
  ...['DeviceClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'].map(of('resource.v1')),
  ...['PriorityClass'].map(of('scheduling.v1')),
  ...['CSIDriver', 'CSINode', 'CSIStorageCapacity', 'StorageClass'].map(of('storage.v1')),
  ...['VolumeAttachment', 'VolumeAttributesClass'].map(of('storage.v1')),
];
/** Schemas that have the name of another one. */
const NAMES = {
  'api.discovery.v1.EndpointPort': 'SliceEndpointPort',
  'api.core.v1.ResourceClaim': 'ContainerResourceClaim',
  'api.events.v1.Event': 'NewEvent',
  'api.events.v1.EventSeries': 'NewEventSeries',
};
/** What is said of amounts: the schema allows numbers, and the API server always answers with text. */
const TEXTS = new Set(['apimachinery.pkg.api.resource.Quantity']);

function of(group) {
  return (kind) => `api.${group}.${kind}`;
}

/** The text of the module's declarations. */
export function kubernetesTypes() {
  const file = join(root, 'data/kubernetes/schemas.json.gz');
  const { version, definitions } = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
  const named = new Map();
  const visit = (name) => {
    if (named.has(name)) return;
    const schema = definitions[PREFIX + name];
    if (schema === undefined) throw new Error(`data/kubernetes: no schema ${PREFIX}${name}`);
    named.set(name, schema);
    for (const reference of referencesIn(schema)) visit(reference);
  };
  KINDS.forEach(visit);
  const names = [...named.keys()].map(shortName);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`data/kubernetes: ${twice} is the name of two types`);
  const types = [...named].sort(([one], [two]) => (shortName(one) < shortName(two) ? -1 : 1)).map(declared);
  return `// The objects of Kubernetes ${version} that coset reads, as they travel: plain JSON, times as text.\n${types.join('')}`;
}

function referencesIn(schema) {
  return [...JSON.stringify(schema).matchAll(/"#\/components\/schemas\/io\.k8s\.([^"]+)"/g)].map(
    ([, name]) => name,
  );
}

function shortName(name) {
  return NAMES[name] ?? name.slice(name.lastIndexOf('.') + 1);
}

function declared([name, schema]) {
  const { properties, required = [] } = schema;
  const comment = commentOf(schema, '');
  if (properties === undefined)
    return `${comment}export type ${shortName(name)} = ${typeOf(schema, name)};\n`;
  const fields = Object.entries(properties).map(([field, value]) => {
    const mark = required.includes(field) ? '' : '?';
    const key = /^\w+$/.test(field) ? field : JSON.stringify(field);
    return `${commentOf(value, '  ')}  ${key}${mark}: ${typeOf(value)};\n`;
  });
  return `${comment}export interface ${shortName(name)} {\n${fields.join('')}}\n`;
}

function typeOf(schema, name = '') {
  if (TEXTS.has(name)) return 'string';
  if (schema.$ref !== undefined) return shortName(schema.$ref.slice((REFERENCE + PREFIX).length));
  if (schema.allOf?.length === 1) return typeOf(schema.allOf[0]);
  if (schema.oneOf !== undefined) return [...new Set(schema.oneOf.map((one) => typeOf(one)))].join(' | ');
  switch (schema.type) {
    case 'array':
      return `${wrapped(typeOf(schema.items))}[]`;
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
      return schema.type;
    case 'object':
      return schema.additionalProperties
        ? `{ [key: string]: ${typeOf(schema.additionalProperties)} }`
        : 'object';
    default:
      return 'unknown';
  }
}

function wrapped(type) {
  return type.includes(' | ') ? `(${type})` : type;
}

/** The first sentence of what the schema says. */
function commentOf({ description = '' }, indent) {
  const [first] = description
    .replaceAll('*/', '* /')
    .replaceAll(/\s+/g, ' ')
    .split(/(?<=\w\w[.]) (?=[A-Z])/);
  return first === '' ? '' : `${indent}/** ${first} */\n`;
}
