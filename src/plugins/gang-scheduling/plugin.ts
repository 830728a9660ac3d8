// GangScheduling: the pods of a gang are placed all or none, up to its minimum count. It filters and scores no node: the
// cycle takes a gang's pods together, and says here what can end their waiting.
import {
  GANG_SCHEDULING,
  POD_GROUP,
  minCountOf,
  podGroupKeyOf,
  type PodGroup,
} from '../../model/pod-group.ts';
import { objectKey } from '../../model/types.ts';
import { POD_GROUPS } from '../common/objects.ts';
import { definePlugin } from '../plugin.ts';

export const gangScheduling = definePlugin({
  name: GANG_SCHEDULING,
  points: ['preEnqueue', 'permit'],
  objects: [POD_GROUPS],

  // a waiting pod of the group that is new brings the others along by itself
  helps(event, pod) {
    const key = podGroupKeyOf(pod);
    if (key === undefined) return false;
    if (event.kind === 'AssignedPod') {
      return event.before === undefined && event.after !== undefined && podGroupKeyOf(event.after) === key;
    }
    if (event.kind !== 'Object' || event.after?.kind !== POD_GROUP || objectKey(event.after) !== key) {
      return false;
    }
    return event.before === undefined || asksForFewer(event.before, event.after);
  },
});

function asksForFewer(before: PodGroup, after: PodGroup): boolean {
  const [had, has] = [minCountOf(before), minCountOf(after)];
  return had !== undefined && has !== undefined && has < had;
}
