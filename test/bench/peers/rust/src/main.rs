//! The floor in Rust: hyper and tokio-postgres, which pipelines. No key, no rule, no limit, no log.
//!
//! Each request is one prepared statement; with COALESCING, what arrives while both lanes are busy shares one.
//! The statements come from the benchmark, in CREATE_OR_RETURN and CREATE_OR_RETURN_MANY.
use hyper::service::{make_service_fn, service_fn};
use hyper::{Body, Method, Request, Response, Server, StatusCode};
use serde::Deserialize;
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Statement};

const CONNECTIONS: usize = 10;
const LANES: usize = 2;
const LARGEST_BATCH: usize = 64;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    email: String,
    company_name: Option<String>,
    customer_real_ip: Option<String>,
}

/// A request that has not departed yet, and where its answer goes.
type Waiting = (Given, oneshot::Sender<Result<String, String>>);

#[derive(Default)]
struct Queue {
    busy: usize,
    waiting: VecDeque<Waiting>,
}

struct Floor {
    connections: Vec<(Client, Statement)>,
    next: AtomicUsize,
    organisation: i32,
    is_coalescing: bool,
    queue: Mutex<Queue>,
}

/// Sixteen hexadecimal digits from a secure generator.
fn new_reference() -> String {
    format!("{:016x}", rand::random::<u64>())
}

/// The whole answer; JSON columns have come as text.
fn present(row: &Row) -> Result<String, Failure> {
    let text = |column: usize| serde_json::to_string(&row.get::<_, Option<&str>>(column));
    Ok(format!(
        concat!(
            r#"{{"success":true,"newAccount":{},"cuRefNo":{},"creditBalance":{},"phone":{},"firstName":{},"lastName":{},"#,
            r#""companyName":{},"premium":{},"ban":{},"meta":{},"customFields":{},"groups":{},"referral":{},"#,
            r#""runningSubscriptionList":{}}}"#
        ),
        row.get::<_, bool>(14),
        text(1)?,
        row.get::<_, i32>(2),
        text(3)?,
        text(4)?,
        text(5)?,
        text(6)?,
        row.get::<_, bool>(7),
        row.get::<_, bool>(8),
        row.get::<_, &str>(9),
        row.get::<_, &str>(10),
        row.get::<_, &str>(11),
        row.get::<_, Option<&str>>(12).unwrap_or("null"),
        row.get::<_, &str>(13),
    ))
}

impl Floor {
    async fn query(&self, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.connections.len();
        let (client, statement) = &self.connections[turn];
        Ok(client.query(statement, values).await?)
    }

    async fn create(&self, given: Given) -> Result<String, Failure> {
        let Given {
            email,
            company_name,
            customer_real_ip,
        } = given;
        let rows = self
            .query(&[
                &self.organisation,
                &email,
                &company_name,
                &new_reference(),
                &customer_real_ip,
            ])
            .await?;
        present(rows.first().ok_or("no customer")?)
    }

    /// Answers of a batch, by e-mail address in small letters.
    async fn create_many(&self, batch: &[Waiting]) -> Result<HashMap<String, String>, Failure> {
        let emails: Vec<&str> = batch.iter().map(|(given, _)| given.email.as_str()).collect();
        let companies: Vec<_> = batch.iter().map(|(given, _)| given.company_name.as_deref()).collect();
        let references: Vec<String> = batch.iter().map(|_| new_reference()).collect();
        let addresses: Vec<_> = batch
            .iter()
            .map(|(given, _)| given.customer_real_ip.as_deref())
            .collect();
        let rows = self
            .query(&[&self.organisation, &emails, &companies, &references, &addresses])
            .await?;
        rows.iter()
            .map(|row| Ok((row.get::<_, &str>(0).to_lowercase(), present(row)?)))
            .collect()
    }

    async fn create_together(self: &Arc<Self>, given: Given) -> Result<String, Failure> {
        let (sender, receiver) = oneshot::channel();
        self.queue.lock().unwrap().waiting.push_back((given, sender));
        self.depart();
        Ok(receiver.await??)
    }

    /// Sends all that waits, if a lane is free.
    fn depart(self: &Arc<Self>) {
        let batch: Vec<Waiting> = {
            let mut queue = self.queue.lock().unwrap();
            if queue.busy == LANES || queue.waiting.is_empty() {
                return;
            }
            queue.busy += 1;
            let count = queue.waiting.len().min(LARGEST_BATCH);
            queue.waiting.drain(..count).collect()
        };
        let floor = self.clone();
        tokio::spawn(async move {
            let answers = floor.create_many(&batch).await;
            for (given, sender) in batch {
                let answer = match &answers {
                    Ok(all) => all
                        .get(&given.email.to_lowercase())
                        .cloned()
                        .ok_or("no customer".to_owned()),
                    Err(failure) => Err(failure.to_string()),
                };
                // Whoever has gone meanwhile wants no answer.
                let _ = sender.send(answer);
            }
            floor.queue.lock().unwrap().busy -= 1;
            floor.depart();
        });
    }

    async fn answer(self: &Arc<Self>, request: Request<Body>) -> Result<String, Failure> {
        let bytes = hyper::body::to_bytes(request.into_body()).await?;
        let given = serde_json::from_slice(&bytes)?;
        if self.is_coalescing {
            self.create_together(given).await
        } else {
            self.create(given).await
        }
    }
}

async fn respond(floor: Arc<Floor>, request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let with = |status, text: String| {
        let response = Response::builder()
            .status(status)
            .header("content-type", "application/json");
        Ok(response.body(Body::from(text)).unwrap())
    };
    if request.method() != Method::POST {
        return with(StatusCode::NOT_FOUND, String::new());
    }
    match floor.answer(request).await {
        Ok(text) => with(StatusCode::OK, text),
        Err(failure) => with(StatusCode::INTERNAL_SERVER_ERROR, failure.to_string()),
    }
}

/// Connects, and prepares the one statement with types of its own: addresses are sent as text.
async fn connect(url: &str, text: &str, of_many: bool) -> Result<(Client, Statement), Failure> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    let column = if of_many { Type::TEXT_ARRAY } else { Type::TEXT };
    let types = [Type::INT4, column.clone(), column.clone(), column.clone(), column];
    let statement = client.prepare_typed(text, &types).await?;
    Ok((client, statement))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let url = env::var("DATABASE_URL")?;
    let is_coalescing = env::var_os("COALESCING").is_some();
    let text = env::var(if is_coalescing {
        "CREATE_OR_RETURN_MANY"
    } else {
        "CREATE_OR_RETURN"
    })?;
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(connect(&url, &text, is_coalescing).await?);
    }
    let organisation = env::var("ORGANISATION")?.parse()?;
    let (next, queue) = (AtomicUsize::new(0), Mutex::default());
    let floor = Arc::new(Floor {
        connections,
        next,
        organisation,
        is_coalescing,
        queue,
    });
    let service = make_service_fn(move |_| {
        let floor = floor.clone();
        async move { Ok::<_, Infallible>(service_fn(move |request| respond(floor.clone(), request))) }
    });
    let address = ([127, 0, 0, 1], env::var("PORT")?.parse()?).into();
    Server::bind(&address).tcp_nodelay(true).serve(service).await?;
    Ok(())
}
