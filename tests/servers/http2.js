// An HTTP/2 server that shares no code with ours (Node's own, on nghttp2): it says back what it heard. Arguments: certificate, key.
const http2 = require("node:http2");
const { readFileSync } = require("node:fs");
const [cert, key] = process.argv.slice(2).map((file) => readFileSync(file));
const server = http2.createSecureServer({ cert, key });
let sessions = 0;
server.on("session", () => { sessions += 1; });
server.on("stream", (stream, headers) => {
  let body = "";
  stream.on("data", (piece) => { body += piece; });
  stream.on("end", () => {
    stream.respond({ ":status": 200, "content-type": "application/json", "x-session": String(sessions) });
    stream.end(JSON.stringify({ path: headers[":path"], method: headers[":method"], topic: headers["apns-topic"], body }));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
