//! furnace-server's REST and gRPC front and its batcher before SESSIONS sessions of onnxruntime, one thread each.
//! For models with one input and one output, each FP32, or FP64: furnace has no such type, so its clients send and get FP32.
//! Variables: PORT, GRPC_PORT, MODEL_NAME, MODEL_PATH, SESSIONS, MAX_BATCH, ORT_DYLIB_PATH.
use std::error::Error;
use std::sync::{Condvar, Mutex};

use furnace::error::ModelError;
use furnace::{DataType, FurnaceError, HostTensor, IoSpec, Model, Server, TensorModel, Values};
use ort::session::Session;
use ort::value::{DynValue, Outlet, Tensor, TensorElementType};

struct Sessions {
    name: String,
    input: IoSpec,
    output: IoSpec,
    input_name: String,
    takes_doubles: bool,
    free: Mutex<Vec<Session>>,
    returned: Condvar,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Sessions({})", self.name)
    }
}

impl Sessions {
    fn take(&self) -> Session {
        let mut free = self.free.lock().unwrap();
        loop {
            match free.pop() {
                Some(session) => return session,
                None => free = self.returned.wait(free).unwrap(),
            }
        }
    }

    fn give_back(&self, session: Session) {
        self.free.lock().unwrap().push(session);
        self.returned.notify_one();
    }

    fn run_in(&self, session: &mut Session, shape: Vec<usize>, values: Vec<f32>) -> Result<HostTensor, ort::Error> {
        let input = if self.takes_doubles {
            let doubles: Vec<f64> = values.into_iter().map(f64::from).collect();
            Tensor::from_array((shape, doubles))?.into_dyn()
        } else {
            Tensor::from_array((shape, values))?.into_dyn()
        };
        let outputs = session.run(ort::inputs![self.input_name.as_str() => input])?;
        host_tensor(&outputs[0])
    }
}

impl TensorModel for Sessions {
    fn name(&self) -> &str {
        &self.name
    }

    fn backend(&self) -> &str {
        "cpu"
    }

    fn inputs(&self) -> Vec<IoSpec> {
        vec![self.input.clone()]
    }

    fn outputs(&self) -> Vec<IoSpec> {
        vec![self.output.clone()]
    }

    fn run(&self, inputs: Vec<HostTensor>) -> furnace::Result<Vec<HostTensor>> {
        let Some(HostTensor { shape, values: Values::F32(values) }) = inputs.into_iter().next() else {
            return Err(failed("one FP32 tensor is needed"));
        };
        let mut session = self.take();
        let output = self.run_in(&mut session, shape, values);
        self.give_back(session);
        output.map(|tensor| vec![tensor]).map_err(failed)
    }
}

/// Doubles as well, narrowed.
fn host_tensor(output: &DynValue) -> Result<HostTensor, ort::Error> {
    let (shape, values) = if output.dtype().tensor_type() == Some(TensorElementType::Float64) {
        let (shape, doubles) = output.try_extract_tensor::<f64>()?;
        (shape, doubles.iter().map(|value| *value as f32).collect())
    } else {
        let (shape, values) = output.try_extract_tensor::<f32>()?;
        (shape, values.to_vec())
    };
    let shape = shape.iter().map(|size| *size as usize).collect();
    Ok(HostTensor { shape, values: Values::F32(values) })
}

fn failed(reason: impl ToString) -> FurnaceError {
    ModelError::InferenceFailed(reason.to_string()).into()
}

/// What furnace is told of an input or output: its name and its shape without the rows.
fn spec(outlet: &Outlet) -> IoSpec {
    let sizes = outlet.dtype().tensor_shape().expect("a tensor");
    let row: Vec<Option<usize>> = sizes.iter().skip(1).map(|size| usize::try_from(*size).ok()).collect();
    IoSpec::new(outlet.name(), DataType::Fp32, &row)
}

fn variable(name: &str) -> Result<String, Box<dyn Error>> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let environment = ort::init_from(variable("ORT_DYLIB_PATH")?)?.build()?;
    let count: usize = variable("SESSIONS")?.parse()?;
    let path = variable("MODEL_PATH")?;
    let sessions = (0..count)
        .map(|_| {
            let builder = Session::builder(&environment)?;
            builder.with_intra_threads(1)?.with_inter_threads(1)?.commit_from_file(&path)
        })
        .collect::<Result<Vec<_>, ort::Error>>()?;
    let (input, output) = (spec(&sessions[0].inputs()[0]), spec(&sessions[0].outputs()[0]));
    let input_name = sessions[0].inputs()[0].name().to_string();
    let takes_doubles = sessions[0].inputs()[0].dtype().tensor_type() == Some(TensorElementType::Float64);
    let model = Sessions {
        name: variable("MODEL_NAME")?,
        input,
        output,
        input_name,
        takes_doubles,
        free: Mutex::new(sessions),
        returned: Condvar::new(),
    };
    let grpc_port = variable("GRPC_PORT")?.parse()?;
    Server::new()
        .host("127.0.0.1")
        .port(variable("PORT")?.parse()?)
        .max_batch_size(variable("MAX_BATCH")?.parse()?)
        .configure(|config| {
            config.grpc_port = Some(grpc_port);
            config.max_concurrent_requests = 1000;
            config.batching.workers = count;
        })
        .model(Model::custom(model))
        .serve()
        .await?;
    Ok(())
}
