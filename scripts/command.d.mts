import type { BuildResult } from 'esbuild';

export function bundleCommand(outfile: string, options?: { write?: boolean }): Promise<BuildResult>;
