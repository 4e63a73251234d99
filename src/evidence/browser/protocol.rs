//! Chromium's debugging protocol: JSON over a web socket, one call after the other.
//!
//! Source: <https://chromedevtools.github.io/devtools-protocol/>.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::BrowserError;

/// Longest answer: a picture of a long page.
const LONGEST: usize = 256 << 20;
/// Longest time to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes WebRTC from documents before their scripts run. It goes past every proxy; what the
/// browser is told of it when it starts does not always come in time for the first page.
const NO_WEBRTC: &str = "delete window.RTCPeerConnection; delete window.webkitRTCPeerConnection;";

/// A browser that is spoken to, and one page of it.
pub(super) struct Protocol {
    socket: WebSocketStream<TcpStream>,
    last: u64,
    /// The page's context.
    context: Option<Value>,
    /// The page.
    session: Option<String>,
    /// The page has loaded since [`Protocol::forget_load`].
    loaded: bool,
    /// Why the page is lost, if it is.
    lost: Option<String>,
    /// What is still to be said, to which session, so that nothing waits for ever.
    owed: VecDeque<(Value, &'static str, Value)>,
}

impl Protocol {
    /// Connects to the browser whose protocol is at `port` and `path`, and opens a page in
    /// it that reaches the network by `proxy`.
    pub(super) async fn open(
        port: u16,
        path: &str,
        proxy: SocketAddr,
    ) -> Result<Self, BrowserError> {
        let silent = |err: &dyn std::fmt::Display| BrowserError::Silent(err.to_string());
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let limits = WebSocketConfig::default()
            .max_message_size(Some(LONGEST))
            .max_frame_size(Some(LONGEST));
        let url = format!("ws://127.0.0.1:{port}{path}");
        let opened = tokio_tungstenite::client_async_with_config(url, stream, Some(limits)).await;
        let (socket, _) = opened.map_err(|err| silent(&err))?;
        let mut protocol = Self {
            socket,
            last: 0,
            context: None,
            session: None,
            loaded: false,
            lost: None,
            owed: VecDeque::new(),
        };
        protocol.open_page(proxy).await?;
        Ok(protocol)
    }

    /// Opens a page in a context of its own, which alone knows the way out.
    async fn open_page(&mut self, proxy: SocketAddr) -> Result<(), BrowserError> {
        let way = json!({
            "proxyServer": format!("http://{proxy}"),
            "proxyBypassList": "<-loopback>",
            "disposeOnDetach": true,
        });
        let made = self.call("Target.createBrowserContext", way).await?;
        let context = made["browserContextId"].clone();
        let page = json!({ "url": "about:blank", "browserContextId": context });
        let page = self.call("Target.createTarget", page).await?;
        let flat = json!({ "targetId": page["targetId"], "flatten": true });
        let attached = self.call("Target.attachToTarget", flat).await?;
        self.context = Some(context);
        self.session = attached["sessionId"].as_str().map(str::to_owned);
        Ok(())
    }

    /// Keeps WebRTC from the page and from its frames, those of other sites too, which are in
    /// processes of their own: each waits until it was told.
    pub(super) async fn keep_webrtc_away(&mut self) -> Result<(), BrowserError> {
        for (method, params) in without_webrtc() {
            self.call(method, params).await?;
        }
        Ok(())
    }

    /// Calls `method` and waits for its result.
    pub(super) async fn call(
        &mut self,
        method: &str,
        params: Value,
    ) -> Result<Value, BrowserError> {
        let id = self.send(method, &params).await?;
        let answer = async {
            loop {
                let message = self.next().await?;
                if message["id"] == id {
                    return Ok(message);
                }
            }
        };
        let answer = tokio::time::timeout(PATIENCE, answer).await;
        let mut answer: Value = answer.unwrap_or_else(|_| {
            Err(BrowserError::Silent(format!("{method} takes longer than 60 s")))
        })?;
        match answer["error"]["message"].as_str() {
            Some(why) => {
                Err(BrowserError::Refused { call: method.to_owned(), why: why.to_owned() })
            }
            None => Ok(answer["result"].take()),
        }
    }

    /// The value of a script's last expression.
    pub(super) async fn evaluate(&mut self, script: &str) -> Result<Value, BrowserError> {
        let params = json!({ "expression": script, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", params).await?;
        if answer["exceptionDetails"].is_object() {
            let why = answer["exceptionDetails"]["text"].to_string();
            return Err(BrowserError::Refused { call: "a script of ours".to_owned(), why });
        }
        Ok(answer["result"]["value"].take())
    }

    /// Gives the page's window this size in pixels.
    pub(super) async fn set_window(&mut self, width: u32, height: u32) -> Result<(), BrowserError> {
        let window =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", window).await.map(drop)
    }

    /// From here on [`Protocol::has_loaded`] means what follows.
    pub(super) fn forget_load(&mut self) {
        self.loaded = false;
    }

    /// True when the page has loaded; takes what the browser has to say for up to `time`.
    pub(super) async fn has_loaded(&mut self, time: Duration) -> Result<bool, BrowserError> {
        if let Ok(result) = tokio::time::timeout(time, self.next()).await {
            result?;
        }
        Ok(self.loaded)
    }

    /// Asks the browser to end.
    pub(super) async fn close(mut self) {
        self.session = None;
        if self.send("Browser.close", &json!({})).await.is_ok() {
            let _ = tokio::time::timeout(Duration::from_secs(3), async {
                while self.next().await.is_ok() {}
            })
            .await;
        }
    }

    async fn send(&mut self, method: &str, params: &Value) -> Result<u64, BrowserError> {
        self.last += 1;
        let mut call = json!({ "id": self.last, "method": method, "params": params });
        // What concerns the browser and not the page goes without the page's session.
        let to_browser = method.starts_with("Browser.") || method.starts_with("Storage.");
        match (&self.session, &self.context) {
            (Some(_), Some(context))
                if to_browser
                    && !method.ends_with(".close")
                    && !method.ends_with(".getVersion") =>
            {
                call["params"]["browserContextId"] = context.clone();
            }
            (Some(session), _) if !to_browser => call["sessionId"] = json!(session),
            _ => {}
        }
        self.say(&call).await?;
        Ok(self.last)
    }

    async fn say(&mut self, call: &Value) -> Result<(), BrowserError> {
        let sent = self.socket.send(Message::text(call.to_string())).await;
        sent.map_err(|err| BrowserError::Silent(err.to_string()))
    }

    /// Says what is owed. Whoever stops waiting for this loses nothing: it is said the next time.
    async fn pay(&mut self) -> Result<(), BrowserError> {
        while let Some((session, method, params)) = self.owed.front() {
            self.last += 1;
            let call = json!({
                "id": self.last, "sessionId": session, "method": method, "params": params
            });
            self.say(&call).await?;
            self.owed.pop_front();
        }
        Ok(())
    }

    /// The next message, after what needs an answer got one.
    async fn next(&mut self) -> Result<Value, BrowserError> {
        if let Some(why) = &self.lost {
            return Err(BrowserError::Silent(why.clone()));
        }
        self.pay().await?;
        let message = self.socket.next().await;
        let message = message.ok_or_else(|| BrowserError::Silent("it went away".to_owned()))?;
        let message = message.map_err(|err| BrowserError::Silent(err.to_string()))?;
        let Message::Text(text) = message else { return Ok(Value::Null) };
        let message: Value = serde_json::from_str(text.as_str()).map_err(std::io::Error::from)?;
        self.heed(&message);
        self.pay().await?;
        Ok(message)
    }

    /// Takes note of what happened.
    fn heed(&mut self, message: &Value) {
        let (session, params) = (&message["sessionId"], &message["params"]);
        let of_page = session.as_str() == self.session.as_deref();
        match message["method"].as_str().unwrap_or_default() {
            "Page.loadEventFired" if of_page => self.loaded = true,
            "Inspector.targetCrashed" if of_page => {
                self.lost = Some("the page crashed it".to_owned());
            }
            // A page that asks something is told no, or it would wait for ever.
            "Page.javascriptDialogOpening" => {
                let leave = json!({ "accept": params["type"] == "beforeunload" });
                self.owed.push_back((session.clone(), "Page.handleJavaScriptDialog", leave));
            }
            "Target.attachedToTarget" => {
                let session = &params["sessionId"];
                // Workers have no WebRTC, and no pages.
                if matches!(params["targetInfo"]["type"].as_str(), Some("iframe" | "page")) {
                    let calls = without_webrtc().into_iter();
                    self.owed.extend(calls.map(|(call, with)| (session.clone(), call, with)));
                }
                let go = "Runtime.runIfWaitingForDebugger";
                self.owed.push_back((session.clone(), go, json!({})));
            }
            _ => {}
        }
    }
}

/// What a page or a frame is told before its scripts run.
fn without_webrtc() -> [(&'static str, Value); 3] {
    let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
    [
        ("Page.enable", json!({})),
        ("Page.addScriptToEvaluateOnNewDocument", json!({ "source": NO_WEBRTC })),
        ("Target.setAutoAttach", attach),
    ]
}
