// What a process has used since it began, as Linux counts it: of any process, whatever it is written in.
import { readFileSync } from 'node:fs';

export interface ProcessUsage {
  /** User and system time of all its threads, in milliseconds. */
  cpuMs: number;
  /** The most memory that it ever had resident, in MiB. */
  peakMemory: number;
}

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;
/** Of the fields after the command's name, which may hold anything and stands in parentheses. */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** @throws Error when there is no such process */
export function usageOf(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpuMs = (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * MS_PER_TICK;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (peak === undefined) throw new Error(`process ${pid} has ended`);
  return { cpuMs, peakMemory: Number(peak) / 1024 };
}
