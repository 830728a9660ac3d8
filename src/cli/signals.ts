// What tells a command to end.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts at the first signal to end, or when the process ends that started this one and holds a channel to it, or, of
 * who asks for it, when nobody reads standard output any more; its reason says which. A second signal ends this process
 * at once.
 */
export function toldToEnd({ whenUnread = false } = {}): AbortSignal {
  const controller = new AbortController();
  const told = (by: string) => {
    for (const signal of SIGNALS) process.off(signal, told);
    controller.abort(by);
  };
  for (const signal of SIGNALS) process.on(signal, told);
  // It is not taken back: without a listener the next write would end this process before it has cleaned up.
  if (whenUnread) process.on('SIGPIPE', told);
  process.once('disconnect', () => told('the parent process ended'));
  // listening to the channel must not keep the process
  process.channel?.unref();
  return controller.signal;
}
