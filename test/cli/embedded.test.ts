import { spawnSync } from 'node:child_process';
import { expect, it, vi } from 'vitest';
import { coset, Coset, isRunning } from './coset.ts';

const PODS = 8152;

/** The ids of the processes that a process has started and that still run. */
function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

it('coset embedded --once schedules the whole trace, says what came of every pod, and ends', async () => {
  const { code, stdout, stderr } = await coset(['embedded', '--once']);
  expect(stderr).toBe('');
  const [, bound, all] = /^Bound +(\d+) of (\d+) pods/m.exec(stdout)!.map(Number);
  const [, waiting] = /^Waiting +(\d+) pods, because$/m.exec(stdout)!.map(Number);
  expect(all).toBe(PODS);
  expect(bound! + waiting!).toBe(PODS);
  expect(bound).toBeGreaterThan(PODS / 2);
  const [, decisions, passes, saved] = /: (\d+) decisions took (\d+) filter passes, (\d+) were saved$/m
    .exec(stdout)!
    .map(Number);
  expect(decisions).toBeGreaterThanOrEqual(PODS);
  expect(passes! + saved!).toBe(decisions);
  expect(passes).toBeLessThan(decisions! / 10);
  expect(stdout).toContain('Insufficient nvidia.com/gpu');
  expect(stdout).not.toContain('Serving on');
  expect(code).toBe(0);
});

it.each(['SIGINT', 'SIGTERM'] as const)(
  'coset embedded ends by %s, and its scheduler with it',
  async (signal) => {
    const running = new Coset(['embedded']);
    await running.printed(/control API: http/);
    const [scheduler] = childrenOf(running.child.pid!);
    running.child.kill(signal);
    const { code, stderr } = await running.ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(isRunning(scheduler!)).toBe(false);
  },
);

it('coset embedded serves on after the summary, until it is told to end', async () => {
  const running = new Coset(['embedded']);
  const [, server] = await running.printed(/in memory: (http\S+)/);
  await running.printed(/Serving on; Ctrl-C ends it\./);
  const { items } = (await (await fetch(`${server}/api/v1/nodes`)).json()) as { items: unknown[] };
  expect(items).toHaveLength(1213);
  running.child.kill('SIGINT');
  expect((await running.ended).code).toBe(0);
});

it('the scheduler of coset embedded does not outlive it, however it ends', async () => {
  const running = new Coset(['embedded']);
  await running.printed(/control API: http/);
  const [scheduler] = childrenOf(running.child.pid!);
  running.child.kill('SIGKILL');
  await running.ended;
  await vi.waitFor(() => expect(isRunning(scheduler!)).toBe(false), { timeout: 60_000, interval: 50 });
});
