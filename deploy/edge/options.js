// What the environment says of the service, on every host alike.

/** @param {Record<string, string | undefined>} env */
export function optionsIn(env) {
  return {
    token: env.COSET_TOKEN,
    origins: env.COSET_ORIGINS?.split(',').map((origin) => origin.trim()),
  };
}
