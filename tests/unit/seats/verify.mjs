// Reads base64 files (record, or record and earlier record), one pair a line; prints the JavaScript verifier's checks.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { verify } = await import(pathToFileURL(process.argv[2]));
for (const line of readFileSync(0, "utf8").trim().split("\n")) {
  const [record, earlier] = line.split(" ").map((part) => new Uint8Array(Buffer.from(part, "base64")));
  console.log(JSON.stringify(verify(record, earlier ?? null).map(({ check, wrong }) => [check, wrong])));
}
