import { execFileSync } from 'node:child_process'

/** Keeps this process, with the threads and processes that it will start, on `cpus`, as taskset takes them: `0-2`. */
export function pinThisProcess(cpus: string): void {
  execFileSync('taskset', ['-a', '-p', '-c', cpus, String(process.pid)], { stdio: 'ignore' })
}
