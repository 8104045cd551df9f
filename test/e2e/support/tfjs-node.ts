import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TFJS_NODE = '@tensorflow/tfjs-node@4.22.0'
const NODE_API_HEADERS = 'node-api-headers@1.9.0'
/** The first release whose wheel holds the C library apart from Python; newer ones are larger, and no faster to start. */
const TENSORFLOW = 'tensorflow-cpu==2.12.0'

/** What the addon is compiled against and linked with, by the beginnings of their names in the wheel. */
const WHEEL_PARTS = [
  'tensorflow/libtensorflow_',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tensorflow/tsl/',
  'tensorflow/include/tsl/',
]

const UNPACK = `
import sys, zipfile
wheel, target, *parts = sys.argv[1:]
archive = zipfile.ZipFile(wheel)
archive.extractall(target, [name for name in archive.namelist() if name.startswith(tuple(parts))])
`

/**
 * Installs @tensorflow/tfjs-node into an npm project of its own, as its install script no longer can for any Node of today: the
 * addon is compiled here against the library of TensorFlow's Python wheel. Takes half a minute and 720 MB.
 * @param folder an empty folder, to be removed by the caller.
 * @throws where npm, pip or the compiler fail.
 */
export function installTfjsNode(folder: string): void {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  run(
    'npm',
    ['install', '--ignore-scripts', '--silent', '--no-audit', '--no-fund', TFJS_NODE, NODE_API_HEADERS],
    folder,
  )
  const wheel = mkdtempSync(join(tmpdir(), 'headrace-wheel-'))
  try {
    unpackWheel(wheel)
    const target = join(folder, 'node_modules/@tensorflow/tfjs-node')
    placeLibraries(wheel, target)
    compile(wheel, target, join(folder, 'node_modules/node-api-headers/include'))
  } finally {
    rmSync(wheel, { recursive: true, force: true })
  }
}

function unpackWheel(folder: string): void {
  const platform = [
    '--only-binary',
    ':all:',
    '--python-version',
    '3.11',
    '--platform',
    'manylinux2014_x86_64',
  ]
  run(
    python(),
    ['-m', 'pip', 'download', '--quiet', '--no-deps', ...platform, '--dest', folder, TENSORFLOW],
    folder,
  )
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'))
  run(python(), ['-c', UNPACK, `${wheel}`, folder, ...WHEEL_PARTS], folder)
}

function python(): string {
  return process.env['HEADRACE_TEST_PYTHON'] ?? 'python3'
}

/** Without their symbols, half the size. */
function placeLibraries(wheel: string, target: string): void {
  const folder = join(target, 'deps/lib')
  mkdirSync(folder, { recursive: true })
  for (const library of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    run('strip', ['--strip-unneeded', '-o', join(folder, library), join(wheel, 'tensorflow', library)], wheel)
  }
}

function compile(wheel: string, target: string, headers: string): void {
  const source = readFileSync(join(target, 'binding/tfjs_backend.cc'), 'utf8')
  // One set of names is shared by all threads without a lock: each gets its own.
  const patched = source.replace(/^static (std::set<std::string> ATTR_NAME_SET)/m, 'static thread_local $1')
  if (patched === source) throw new Error('tfjs_backend.cc is not what it was in 4.22.0')
  const backend = join(wheel, 'tfjs_backend.cc')
  writeFileSync(backend, patched)
  mkdirSync(join(target, 'lib/napi-v8'), { recursive: true })
  const options = ['-O2', '-s', '-shared', '-fPIC', '-std=c++17', '-DNAPI_VERSION=8']
  const includes = [join(target, 'binding'), headers, join(wheel, 'tensorflow/include')].map(
    (path) => `-I${path}`,
  )
  const linked = [
    `-L${join(target, 'deps/lib')}`,
    '-l:libtensorflow_cc.so.2',
    '-l:libtensorflow_framework.so.2',
  ]
  const sources = [backend, join(target, 'binding/tfjs_binding.cc')]
  const output = ['-o', join(target, 'lib/napi-v8/tfjs_binding.node')]
  run(
    'g++',
    [...options, ...includes, ...sources, ...output, ...linked, '-Wl,-rpath,$ORIGIN/../../deps/lib'],
    wheel,
  )
}

function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}
