/**
 * Variables that a process needs to run Node and the engines. All others stay behind: keys and passwords are among
 * them, and models are foreign code.
 */
const NAMES: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'LANG', 'TZ', 'LD_LIBRARY_PATH', 'LD_PRELOAD', 'DYLD_LIBRARY_PATH', 'ICU_DATA'],
  ...['TMPDIR', 'TMP', 'TEMP', 'SYSTEMROOT', 'WINDIR', 'APPDATA', 'LOCALAPPDATA', 'USERPROFILE', 'PATHEXT'],
  ...['XDG_CACHE_HOME', 'CUDA_VISIBLE_DEVICES', 'GLIBC_TUNABLES'],
])
const PREFIXES = ['LC_', 'NODE_OPTIONS', 'NODE_PATH', 'ORT_', 'OMP_', 'MKL_', 'MALLOC_', 'TF_', 'UV_']

export function trialEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    const known = NAMES.has(name.toUpperCase()) || PREFIXES.some((prefix) => name.startsWith(prefix))
    if (known && value !== undefined) kept[name] = value
  }
  return kept
}
