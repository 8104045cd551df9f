import { describe, expect, test } from 'vitest'
import { HeadraceProcess, ROOT } from './support/headrace-process.ts'
import { python } from './support/python.ts'

/** Scores a frame with MLflow's own client, and with the model loaded in Python, from the same folder. */
const COMPARE = `
import json, sys
import mlflow.pyfunc
import numpy as np
import pandas as pd
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

url, folder = sys.argv[1:]
host, port = url.removeprefix("http://").split(":")
client = ScoringServerClient(host=host, port=int(port))
client.ping()
model = mlflow.pyfunc.load_model(folder)
example = json.load(open(f"{folder}/serving_input_example.json"))
split = example["dataframe_split"]
frame = pd.DataFrame(split["data"], columns=split["columns"])
served = client.invoke(frame).get_predictions()
local = pd.DataFrame(model.predict(frame))
print(json.dumps({"served": served.to_dict("records"), "local": local.to_dict("records")}, default=float))
`

describe("MLflow's own scoring client", () => {
  test('gets from headrace what the model predicts in Python', async () => {
    const folder = `${ROOT}models/iris/2`
    const server = new HeadraceProcess({ args: ['serve', '-m', folder, '--port', '0'] })
    try {
      const url = await server.listening()
      const { served, local } = JSON.parse(await python(COMPARE, { args: [url, folder] })) as {
        served: { output_label: string; output_probability: Record<string, number> }[]
        local: typeof served
      }
      expect(served.map((row) => row.output_label)).toEqual(local.map((row) => row.output_label))
      for (const [index, row] of served.entries()) {
        for (const [label, probability] of Object.entries(row.output_probability)) {
          expect(probability).toBeCloseTo(local[index]?.output_probability[label] ?? Number.NaN, 5)
        }
      }
    } finally {
      await server.stop()
    }
  })
})
