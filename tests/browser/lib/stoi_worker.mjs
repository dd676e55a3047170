// lib/stoi.mjs for speech that goes round and round, in a thread of its own.
import { parentPort, workerData } from "node:worker_threads";
import { aligned, lagOf, stoi } from "./stoi.mjs";

const { said, heard } = workerData;
// `heard` begins anywhere in the round, and holds more than one.
const begin = -lagOf(said, heard);
const round = Float64Array.from(said, (_, i) => said[(((begin + i) % said.length) + said.length) % said.length]);
parentPort.postMessage(stoi(round, aligned(round, heard, 0)));
