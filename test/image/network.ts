import { run } from './commands.ts';

/** A network of two addresses: the host's, and one in a network namespace of its own for the container. */
export interface Network {
  /** The namespace's file, as podman's --network ns: takes it. */
  namespace: string;
  hostAddress: string;
  remove(): void;
}

/**
 * Makes the network. From inside the namespace only the host's one address can be reached: no route leads further,
 * so the container can talk to the API server that listens there, and to nothing else.
 */
export function createNetwork(): Network {
  const name = `coset-${process.pid}`;
  const [host, inside] = [`cst${process.pid}h`, `cst${process.pid}c`];
  const subnet = `10.203.${process.pid % 256}`;
  const remove = (): void => {
    run('ip', ['netns', 'del', name]);
  };
  run('ip', ['netns', 'add', name]);
  try {
    run('ip', ['link', 'add', host, 'type', 'veth', 'peer', 'name', inside, 'netns', name]);
    run('ip', ['addr', 'add', `${subnet}.1/30`, 'dev', host]);
    run('ip', ['link', 'set', host, 'up']);
    run('ip', ['-n', name, 'addr', 'add', `${subnet}.2/30`, 'dev', inside]);
    run('ip', ['-n', name, 'link', 'set', inside, 'up']);
    run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  } catch (error) {
    remove();
    throw error;
  }
  return { namespace: `/run/netns/${name}`, hostAddress: `${subnet}.1`, remove };
}
