// Bluesky's own network for tests: the directory of ids (PLC), one server of accounts (PDS), what the app asks (AppView).
// It tells where it is by one line of JSON on stdout, and ends when stdin does.
const net = require("net");
const { TestPlc, TestPds, TestBsky, mockNetworkUtilities } = require("@atproto/dev-env");

const settings = JSON.parse(process.argv[2]); // postgres: the address of an empty database

// it listens for the whole world otherwise
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  const port = typeof first === "object" && first !== null ? first.port : first;
  const ready = rest.find((one) => typeof one === "function");
  return listen.call(this, { port, host: "127.0.0.1" }, ready);
};

// names of the web lead nowhere: nobody outside is asked who they are, the chat service included
const offline = (resolver) => {
  const resolve = resolver.did.resolveNoCache;
  resolver.did.resolveNoCache = async (did) => (did.startsWith("did:web:") ? null : resolve.call(resolver.did, did));
  resolver.handle.resolveDns = async () => undefined;
};

async function main() {
  const plc = await TestPlc.create({});
  const [home, view] = [await freePort(), await freePort()];
  const app = await TestBsky.create({
    port: view, publicUrl: `http://localhost:${view}`, plcUrl: plc.url, pdsPort: home, repoProvider: `ws://localhost:${home}`,
    dbPostgresUrl: settings.postgres, dbPostgresSchema: "appview", redisHost: "", modServiceDid: "did:example:nobody",
    labelsFromIssuerDids: [],
  });
  const pds = await TestPds.create({
    port: home, didPlcUrl: plc.url, bskyAppViewUrl: app.url, bskyAppViewDid: app.ctx.cfg.serverDid, rateLimitsEnabled: true,
    enableDidDocWithSession: true,
  });
  mockNetworkUtilities(pds, app);
  [pds.ctx.idResolver, app.ctx.idResolver, app.dataplane.idResolver].forEach(offline);
  process.stdout.write(JSON.stringify({ url: pds.url, app: app.url }) + "\n");
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0)); // whoever started it takes away its database and its folder
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.listen(0, () => { const { port } = probe.address(); probe.close(() => resolve(port)); });
  });
}

main().catch((error) => { console.error(error); process.exit(1); });
