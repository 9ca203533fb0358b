// Right after enrolling: the token goes into this device's own store, and the desk opens.

import { forget, keep } from "./store.js";

const handed = document.querySelector("[data-door-token]");
await forget("roster");
await keep("token", handed.dataset.doorToken);
location.replace(handed.dataset.doorNext);
