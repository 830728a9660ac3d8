// DynamicResources as far as the core has it: what a configuration can say of it, and which pods need it. Those wait. What
// allocates devices is src/devices, which takes the place of this one where it is handed in: most of it is the language of
// selectors (CEL), and few clusters have devices.
import { DEVICE_CLASSES, DEVICE_TAINT_RULES, RESOURCE_CLAIMS, RESOURCE_SLICES } from '../common/objects.ts';
import { asksForBackable, backedRequestsOf, backingOf } from '../common/extended-resources.ts';
import { definePlugin } from '../plugin.ts';
import { args } from './args.ts';

const NOT_HERE = 'allocated by coset/devices only';

/** What is said of the plugin, whichever one it is. */
export const definition = {
  name: 'DynamicResources',
  points: [
    'preEnqueue',
    'preFilter',
    'filter',
    'postFilter',
    'score',
    'reserve',
    'preBind',
    'podGroupPostFilter',
  ],
  weight: 2,
  needs: ['preFilter'],
  args,
  objects: [RESOURCE_CLAIMS, RESOURCE_SLICES, DEVICE_CLASSES, DEVICE_TAINT_RULES],
} as const;

export const dynamicResources = definePlugin({
  ...definition,
  reads: { spec: ['resourceClaims'], containers: ['requests'] },

  pack: (_, { weight }) => ({ detail: weight === 0 ? undefined : { constant: 0 } }),

  unsupported(pod, { cluster }) {
    if ((pod.spec?.resourceClaims ?? []).length > 0) return `resource claims, whose devices are ${NOT_HERE}`;
    if (!asksForBackable(pod)) return undefined;
    const requests = backedRequestsOf(pod, backingOf(cluster.store));
    if (requests === undefined) return undefined;
    return `${[...requests.keys()].sort().join(', ')}, devices ${NOT_HERE}`;
  },
});
