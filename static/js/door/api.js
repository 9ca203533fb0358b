// Talking to the scans API. Online means: JSON with our marker begins to come within three seconds. A captive portal is not
// online. A slow line is: what is long may take longer, as long as something of it comes.

const MARKER = "tsudoi-door-1";
/** Until the first sign of an answer to a short question. */
const PATIENCE_MS = 3000;
/** Bytes that the slowest line we work with carries in a millisecond: 16 kbit/s. */
const SLOWEST = 2;
/** Between two pieces of one answer. */
const PAUSE_MS = 10_000;

/** No answer of ours came: the network or the server is away. */
export class Offline extends Error {}

/** The answer did not come in time; whether anybody is there, a shorter question tells. */
export class Late extends Offline {}

/** Our server answered and said no. status: HTTP; body: its JSON. */
export class Declined extends Error {
  constructor(status, body) {
    super(body.error);
    this.status = status;
    this.body = body;
  }
}

/** One call: the JSON answered, with `received` (ms of the device's clock half way to its beginning). patience: how many times
    as long as usual the beginning is waited for. */
export async function call(token, path, body, patience = 1) {
  const sent = body && JSON.stringify(body);
  const line = new AbortController();
  let bell;
  const within = (ms) => {
    clearTimeout(bell);
    bell = setTimeout(() => line.abort(), ms);
  };
  const begun = Date.now();
  let answer;
  let received;
  let payload;
  try {
    within(patience * (PATIENCE_MS + (sent?.length ?? 0) / SLOWEST));
    answer = await fetch(`/api/v1/door/${path}`, {
      method: body ? "POST" : "GET",
      headers: { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) },
      body: sent,
      signal: line.signal,
      cache: "no-store",
      credentials: "omit",
    });
    received = (begun + Date.now()) / 2;
    payload = JSON.parse(await read(answer, () => within(PAUSE_MS)));
  } catch (error) {
    throw line.signal.aborted ? new Late(path) : new Offline(error.name);
  } finally {
    clearTimeout(bell);
  }
  if (payload?.marker !== MARKER || answer.status >= 500) throw new Offline("marker");
  if (!answer.ok) throw new Declined(answer.status, payload);
  return { ...payload, received };
}

/** The text of an answer; came(): called before each piece of it. */
async function read(answer, came) {
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    came();
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
  }
}
