export interface Size {
  bytes: number;
  gzip: number;
}

export function measuredSizes(): Promise<Record<string, Size>>;
export function writtenSizes(): Record<string, Size>;
