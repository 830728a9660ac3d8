// coset/plugins: what a plugin of one's own is made of.
export { LIMIT_FIXED } from '../../assembly/layout.ts';
export { matches, selectorOfSet, type Selector } from '../model/labels.ts';
export type { ClusterEvent } from '../model/events.ts';
export type { Problems, Shape } from '../model/shape.ts';
export {
  definePlugin,
  EXTENSION_POINTS,
  unresolvable,
  unschedulable,
  type ArgsReader,
  type Counter,
  type ExtensionPoint,
  type Features,
  type NodeRejection,
  type PackContext,
  type Packed,
  type Plugin,
  type PluginContext,
  type Question,
  type ReadObject,
  type Reads,
  type Remedy,
  type Reservation,
  type ReservationApi,
  type RowVerdict,
  type RowVerdicts,
} from '../plugins/plugin.ts';
export { PluginError } from '../plugins/plugin-error.ts';
