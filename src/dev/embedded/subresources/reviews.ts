// What `kubectl auth` asks: who am I, and what may I do. There is one user, who may do everything.
import { isObject } from '../../../model/shape.ts';
import { groupVersion, type Review } from '../schema/resources.ts';

const USER = { username: 'embedded', groups: ['system:masters', 'system:authenticated'] };
const EVERYTHING = ['*'];
const REASON = 'the embedded API has one user, who may do everything';

/** The review that was sent, with its answer. */
export function reviewed(review: Review, sent: object): object {
  const spec = 'spec' in sent && isObject(sent.spec) ? sent.spec : {};
  return { kind: review.kind, apiVersion: groupVersion(review), metadata: {}, spec, status: answer(review) };
}

function answer({ kind }: Review): object {
  switch (kind) {
    case 'SelfSubjectReview':
      return { userInfo: USER };
    case 'SelfSubjectRulesReview':
      return {
        resourceRules: [{ verbs: EVERYTHING, apiGroups: EVERYTHING, resources: EVERYTHING }],
        nonResourceRules: [{ verbs: EVERYTHING, nonResourceURLs: EVERYTHING }],
        incomplete: false,
      };
    default:
      return { allowed: true, reason: REASON };
  }
}
