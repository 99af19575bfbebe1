//! reqwest behind the transport seam.
/// See module.
#[derive(Clone)]
pub struct HttpTransport {
    _p: (),
}
impl HttpTransport {
    /// System roots, else the bundled ones.
    pub fn new() -> Result<Self, super::transport::TransportError> {
        todo!()
    }
}
impl super::transport::Transport for HttpTransport {
    fn send(
        &self,
        _request: super::transport::Request,
    ) -> futures_util::future::BoxFuture<
        'static,
        Result<super::transport::Response, super::transport::TransportError>,
    > {
        todo!()
    }
}
