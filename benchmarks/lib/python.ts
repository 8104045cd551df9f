/** The interpreter with test/e2e/requirements.txt. */
export function pythonPath(): string {
  const path = process.env['HEADRACE_TEST_PYTHON']
  if (path === undefined)
    throw new Error('HEADRACE_TEST_PYTHON must name a Python with test/e2e/requirements.txt')
  return path
}
