/** What Emscripten takes from the console for the output of its program, once and for all, when a module starts. */
export type ModuleConsole = Pick<Console, 'log' | 'warn'>

/** Runs `work` with `replacement` in the place of the console's functions. What else is printed meanwhile goes there too. */
export async function withConsole<T>(replacement: ModuleConsole, work: () => Promise<T>): Promise<T> {
  const { log, warn } = console
  Object.assign(console, replacement)
  try {
    return await work()
  } finally {
    Object.assign(console, { log, warn })
  }
}
