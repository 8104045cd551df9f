import type { Command } from 'commander'

/** Adds a command to the program. */
export type AddCommand = (program: Command) => void | Promise<void>

/** Commands by their names, in the order of the help: a command is imported when it is called. */
export const COMMANDS: ReadonlyMap<string, AddCommand> = new Map<string, AddCommand>([
  ['serve', async (program) => (await import('./commands/serve.ts')).addServeCommand(program)],
  ['server', async (program) => (await import('./commands/server.ts')).addServerCommand(program)],
  ['predict', async (program) => (await import('./commands/predict.ts')).addPredictCommand(program)],
  [
    'build-image',
    async (program) => (await import('./commands/build-image.ts')).addBuildImageCommand(program),
  ],
  [
    'generate-dockerfile',
    async (program) =>
      (await import('./commands/generate-dockerfile.ts')).addGenerateDockerfileCommand(program),
  ],
  [
    'build-docker',
    async (program) => (await import('./commands/build-docker.ts')).addBuildDockerCommand(program),
  ],
  ['sbom', async (program) => (await import('./commands/sbom.ts')).addSbomCommand(program)],
  ['models', async (program) => (await import('./commands/models.ts')).registerModelsCommand(program)],
  [
    'experiments',
    async (program) => (await import('./commands/experiments.ts')).addExperimentsCommand(program),
  ],
  ['runs', async (program) => (await import('./commands/runs.ts')).addRunsCommand(program)],
  ['artifacts', async (program) => (await import('./commands/artifacts.ts')).addArtifactsCommand(program)],
  ['rollout', async (program) => (await import('./commands/rollout.ts')).addRolloutCommand(program)],
  ['bench', async (program) => (await import('./commands/bench.ts')).addBenchCommand(program)],
  ['tune', async (program) => (await import('./commands/tune.ts')).addTuneCommand(program)],
  [
    'conformance',
    async (program) => (await import('./commands/conformance.ts')).addConformanceCommand(program),
  ],
  ['deploy', async (program) => (await import('./commands/deploy.ts')).addDeployCommand(program)],
])
