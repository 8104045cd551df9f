/** Milliseconds of a clock that all processes of the machine share and nobody sets (CLOCK_MONOTONIC on Linux). */
export function machineTime(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}
