import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { HeadraceProcess, ROOT, run } from './support/headrace-process.ts'

const execute = promisify(execFile)

describe('npm start', () => {
  test('serves the champion and prints a curl line that works, also the second time', async () => {
    for (let start = 0; start < 2; start++) {
      const server = new HeadraceProcess({
        command: ['npm'],
        args: ['start', '--', '--port', '0'],
        cwd: ROOT,
      })
      try {
        const line = await server.printed(/curl .*(?=\n)/)
        const { stdout } = await execute('bash', ['-c', line])
        const { predictions } = JSON.parse(stdout) as { predictions: { output_label: string }[] }
        expect(predictions.map((row) => row.output_label)).toContain('setosa')
      } finally {
        await server.stop()
      }
    }
    const models = await run({ args: ['models', 'show', 'iris', '--json'] })
    expect(JSON.parse(models.stdout)).toMatchObject({ name: 'iris' })
  })
})
