// The paths below an object, besides its status.
import type { Binding } from '../../../model/types.ts';
import { isObject } from '../../../model/shape.ts';
import { admission } from '../admission.ts';
import { created, ok, type Answer } from '../http/answer.ts';
import { ApiError, badRequest, methodNotAllowed } from '../http/errors.ts';
import {
  bodyOf,
  contentTypeOf,
  isDryRun,
  optionsOf,
  parseJson,
  type ApiRequest,
  type Target,
} from '../http/request.ts';
import { decodeObject } from '../schema/decode.ts';
import { OF_RUNNING_CONTAINERS } from '../schema/resources.ts';
import type { Store } from '../store/store.ts';
import { patchFunction } from '../writes.ts';
import { bind } from './binding.ts';
import { evict } from './eviction.ts';
import { SCALE, scaled, scaleOf } from './scale.ts';

type NamedTarget = Target & { name: string };

const BINDING = { group: '', version: 'v1', kind: 'Binding' };
const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction' };
const SUCCESS = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  code: 201,
});

/** Throws ApiError. */
export function subresource(store: Store, target: NamedTarget, request: ApiRequest): Answer {
  const { subresource: part = '' } = target;
  if (OF_RUNNING_CONTAINERS.includes(part)) throw nothingRuns(store, target);
  switch (part) {
    case 'binding':
      return postBinding(store, target, request);
    case 'eviction':
      return postEviction(store, target, request);
    case 'scale':
      return scale(store, target, request);
    case 'finalize':
      // What finalizes namespaces here is the store itself.
      return ok(store.get(target.resource, '', target.name).json);
    default:
      throw methodNotAllowed();
  }
}

function postBinding(store: Store, target: NamedTarget, request: ApiRequest): Answer {
  if (request.method !== 'POST') throw methodNotAllowed();
  const { dryRun } = optionsOf(request);
  const { resource, namespace, name } = target;
  const { object } = decodeObject(BINDING, bodyOf(request));
  bind(store, resource, namespace, name, object as Binding, { dryRun });
  return created(SUCCESS);
}

function postEviction(store: Store, target: NamedTarget, request: ApiRequest): Answer {
  if (request.method !== 'POST') throw methodNotAllowed();
  const { resource, namespace, name } = target;
  const { object } = decodeObject(EVICTION, bodyOf(request));
  const sent = 'deleteOptions' in object && isObject(object.deleteOptions) ? object.deleteOptions : {};
  const { uid } = isObject(sent.preconditions) ? sent.preconditions : {};
  evict(store, resource, namespace, name, {
    dryRun: optionsOf(request).dryRun || isDryRun(sent.dryRun),
    ...(typeof uid === 'string' && { uid }),
  });
  return created(SUCCESS);
}

function scale(store: Store, target: NamedTarget, request: ApiRequest): Answer {
  const { resource, namespace, name } = target;
  const current = store.get(resource, namespace, name).object;
  if (request.method === 'GET') return ok(JSON.stringify(scaleOf(current)));
  const { dryRun, manager, validation } = optionsOf(request);
  const admit = admission(store, resource, {
    manager: manager === undefined ? undefined : { name: manager },
    part: 'main',
  });
  let change: (old: typeof current) => unknown;
  if (request.method === 'PUT') {
    const sent = bodyOf(request);
    change = () => sent;
  } else if (request.method === 'PATCH') {
    const patched = patchFunction(contentTypeOf(request), SCALE, parseJson(request.body));
    change = (old) => patched(scaleOf(old));
  } else throw methodNotAllowed();
  const stored = store.modify(
    resource,
    namespace,
    name,
    'main',
    (old) => {
      const { object } = decodeObject(SCALE, change(old), validation);
      const wanted = object as ReturnType<typeof scaleOf>;
      if ((wanted.spec?.replicas ?? 0) < 0) throw badRequest('spec.replicas must not be negative');
      return scaled(old, wanted);
    },
    { dryRun, admit },
  );
  return ok(JSON.stringify(scaleOf(stored.object)));
}

/** Why logs, exec, attach, cp and port-forward are refused. */
function nothingRuns(store: Store, { resource, namespace, name, subresource: part }: NamedTarget): ApiError {
  store.get(resource, namespace, name);
  const message = `the embedded cluster runs no containers: pod "${name}" has no ${part} (pods are only scheduled here)`;
  return new ApiError(501, 'NotImplemented', message, { name, kind: 'pods' });
}
