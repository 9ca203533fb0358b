// Talking to the scans API. Online means: JSON with our marker within three seconds. A captive portal is not online.

const MARKER = "tsudoi-door-1";
const PATIENCE_MS = 3000;

/** No answer of ours came: the network or the server is away. */
export class Offline extends Error {}

/** Our server answered and said no. status: HTTP; body: its JSON. */
export class Declined extends Error {
  constructor(status, body) {
    super(body.error);
    this.status = status;
    this.body = body;
  }
}

/** One call: the JSON answered, with `received` (ms of the device's clock half way through). */
export async function call(token, path, body) {
  const begun = Date.now();
  let answer;
  let payload;
  try {
    answer = await fetch(`/api/v1/door/${path}`, {
      method: body ? "POST" : "GET",
      headers: { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
      cache: "no-store",
      credentials: "omit",
    });
    payload = await answer.json();
  } catch (error) {
    throw new Offline(error.name);
  }
  if (payload?.marker !== MARKER || answer.status >= 500) throw new Offline("marker");
  if (!answer.ok) throw new Declined(answer.status, payload);
  return { ...payload, received: (begun + Date.now()) / 2 };
}
