// An operator made of node-smpp, for tests. Events go to stdout and commands come by stdin, one JSON object a line.
const smpp = require("smpp");
const readline = require("readline");

const settings = JSON.parse(process.argv[2]); // system_id, password, key, cert
const sessions = new Set();
const open = new Map(); // what was not answered: submit_sm by id
let throttle = 0, silent = 0, cut = 0, mute = false, refuse = 0, count = 0, emptyIds = false;

const tell = (event) => process.stdout.write(JSON.stringify(event) + "\n");
const text = (field) => (field && field.message !== undefined ? field.message : field);
const plain = (pdu) => ({
  source: pdu.source_addr, destination: pdu.destination_addr, coding: pdu.data_coding, esm_class: pdu.esm_class,
  text: pdu.message_payload ? text(pdu.message_payload) : text(pdu.short_message),
  udh: pdu.short_message && pdu.short_message.udh ? pdu.short_message.udh.map((one) => one.toString("hex")) : null,
  sar: pdu.sar_total_segments ? [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum] : null,
  receipt: pdu.registered_delivery, validity: pdu.validity_period, source_ton: pdu.source_addr_ton, dest_ton: pdu.dest_addr_ton,
});

function bound(session, kind) {
  return (pdu) => {
    const right = pdu.system_id === settings.system_id && pdu.password === settings.password;
    tell({ event: "bind", kind, system_id: pdu.system_id, right });
    if (!right) { session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD })); return; }
    session.kind = kind;
    sessions.add(session);
    session.send(pdu.response({ system_id: "node-smpp" }));
  };
}

function submitted(session) {
  return (pdu) => {
    const id = (++count).toString(16).toUpperCase().padStart(8, "0");
    tell({ event: "submit", id, ...plain(pdu) });
    if (throttle > 0) { throttle--; session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED })); return; }
    if (refuse) { session.send(pdu.response({ command_status: refuse })); refuse = 0; return; }
    if (silent > 0) { silent--; return; }
    if (cut > 0) { cut--; session.destroy(); return; }
    session.send(pdu.response({ message_id: emptyIds ? "" : id }));
  };
}

function connected(session) {
  session.on("error", (error) => tell({ event: "error", error: String(error) }));
  session.on("close", () => { sessions.delete(session); tell({ event: "close" }); });
  session.on("bind_transceiver", bound(session, "transceiver"));
  session.on("bind_receiver", bound(session, "receiver"));
  session.on("bind_transmitter", bound(session, "transmitter"));
  session.on("submit_sm", submitted(session));
  session.on("enquire_link", (pdu) => { tell({ event: "enquire" }); if (!mute) session.send(pdu.response()); });
  session.on("unbind", (pdu) => { session.send(pdu.response()); session.close(); });
  session.on("generic_nack", (pdu) => tell({ event: "nack", status: pdu.command_status }));
}

const receiving = () => [...sessions].filter((one) => one.kind !== "transmitter");

const commands = {
  deliver: (c) => receiving()[0].deliver_sm(
    { source_addr: c.source, source_addr_ton: c.ton ?? 1, source_addr_npi: 1, destination_addr: c.destination, ...fields(c) },
    (answer) => tell({ event: "answered", tag: c.tag, status: answer.command_status })),
  raw: (c) => receiving()[0].socket.write(Buffer.from(c.hex, "hex")),
  enquire: () => receiving()[0].enquire_link({}, () => tell({ event: "enquired" })),
  unbind: () => receiving()[0].unbind(),
  drop: () => sessions.forEach((one) => one.destroy()),
  set: (c) => {
    throttle = c.throttle ?? throttle; silent = c.silent ?? silent; cut = c.cut ?? cut; mute = c.mute ?? mute;
    refuse = c.refuse ?? refuse; emptyIds = c.emptyIds ?? emptyIds;
    tell({ event: "set" });
  },
};

function fields(c) {
  const found = { data_coding: c.coding ?? 0, ...(c.fields || {}) }; // left to itself, node-smpp calls GSM 03.38 ASCII
  if (c.hex !== undefined) found.short_message = Buffer.from(c.hex, "hex");
  else if (c.udh) found.short_message = { udh: Buffer.from(c.udh, "hex"), message: c.text };
  else if (c.text !== undefined) found.short_message = c.text;
  return found;
}

const options = settings.key ? { tls: true, key: settings.key, cert: settings.cert } : {};
const server = smpp.createServer(options, connected);
server.listen(0, "127.0.0.1", () => tell({ event: "listening", port: server.address().port }));
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const command = JSON.parse(line);
  commands[command.do](command);
}).on("close", () => process.exit(0));
