// What the environment says of the service, on every host alike.

import { page } from '../../dist/page/index.js';

/** @param {Record<string, string | undefined>} env */
export function optionsIn(env) {
  return {
    page,
    token: env.COSET_TOKEN,
    origins: env.COSET_ORIGINS?.split(',').map((origin) => origin.trim()),
  };
}
