import type { ModelArtifacts } from '../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import type { TfjsBackend, TfjsPredictor } from '../../../src/flavors/tfjs/engines/open-tfjs.ts'

/** TF.js as a copy of the sources runs it. */
export interface TfjsEngines {
  readArtifacts(directory: string, dataFile: string): Promise<ModelArtifacts>
  openTfjs(artifacts: ModelArtifacts, backend: TfjsBackend): Promise<TfjsPredictor>
}

/** @param project folder with the `src/` that is wanted: what it finds installed depends on where it lies. */
export async function enginesOf(project: string): Promise<TfjsEngines> {
  const [{ readArtifacts }, { openTfjs }] = (await Promise.all([
    import(/* @vite-ignore */ `${project}/src/flavors/tfjs/artifacts/read-artifacts.ts`),
    import(/* @vite-ignore */ `${project}/src/flavors/tfjs/engines/open-tfjs.ts`),
  ])) as [Pick<TfjsEngines, 'readArtifacts'>, Pick<TfjsEngines, 'openTfjs'>]
  return { readArtifacts, openTfjs }
}
