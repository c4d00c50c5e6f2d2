// Requests to the simulator's user-side interface, `/sim/…`.

/** What the simulator refused, in its own words. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function fetched(path, options) {
  let response;
  try {
    response = await fetch(`/sim${path}`, options);
  } catch {
    throw new Refused("offline", 0);
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(answer?.error ?? response.statusText, response.status);
  return answer;
}

/** Ask for something. */
export const get = (path) => fetched(path, { cache: "no-store" });

/** Do something. */
export const post = (path, body = {}, method = "POST") =>
  fetched(path, { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });

/** Take something away. */
export const remove = (path) => fetched(path, { method: "DELETE" });

/** Keep a file; return its file_id. */
export async function upload(kind, blob, about = {}) {
  const query = new URLSearchParams({ kind, ...about });
  return (await fetched(`/files?${query}`, { method: "POST", body: blob })).file_id;
}

/** Return where the bytes of a file are. */
export const fileUrl = (fileId) => `/sim/files/${encodeURIComponent(fileId)}`;
