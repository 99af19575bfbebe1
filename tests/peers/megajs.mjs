// megajs, driven line by line: a JSON array [command, …arguments] comes in, a JSON object goes out.
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { createRequire } from 'node:module'

const [moduleFolder, gateway, email, password] = process.argv.slice(2)
const { Storage, File } = createRequire(path.join(moduleFolder, 'package.json'))(moduleFolder)
// Without events, and a new login for each look: its reload does not see moves, and in the middle of a move an event
// hides the node.
const login = (keepalive) => new Storage({ email, password, gateway, keepalive, autoload: true }).ready
let storage = await login(false)

const find = (names) => {
  let at = storage.root
  for (const name of names.split('/').filter(Boolean)) {
    at = (at.children || []).find((child) => child.name === name)
    if (!at) throw new Error(`no such node: ${names}`)
  }
  return at
}

const folder = async (names) => {
  let at = storage.root
  for (const name of names.split('/').filter(Boolean)) {
    at = (at.children || []).find((child) => child.name === name && child.directory) || await at.mkdir(name)
  }
  return at
}

const commands = {
  async sizes (names) {
    storage = await login(false)
    const sizes = {}
    const walk = (node, prefix) => {
      for (const child of node.children || []) {
        if (child.directory) walk(child, `${prefix}${child.name}/`)
        else sizes[prefix + child.name] = child.size
      }
    }
    walk(find(names), '')
    return sizes
  },
  async times (names) {
    storage = await login(false)
    const times = {}
    for (const child of find(names).children || []) {
      // The fingerprint: 16 bytes, a count, and so many bytes of time.
      const bytes = Buffer.from(child.attributes.c || '', 'base64url')
      times[child.name] = bytes.length > 16 ? bytes.subarray(17).reduceRight((sum, byte) => sum * 256 + byte, 0) : null
    }
    return times
  },
  async upload (from, to) {
    const target = await folder(to)
    for (const name of fs.readdirSync(from)) {
      const data = fs.readFileSync(path.join(from, name))
      await target.upload({ name, size: data.length, allowUploadBuffering: true }, data).complete
    }
  },
  async download (from, to) {
    storage = await login(false)
    fs.mkdirSync(to, { recursive: true })
    const refused = []
    for (const child of (find(from).children || []).filter((child) => !child.directory)) {
      try {
        fs.writeFileSync(path.join(to, child.name), await child.downloadBuffer())
      } catch (error) {
        if (!/MAC verification/.test(error)) throw error
        refused.push(child.size)
      }
    }
    return refused
  },
  async cat (names) { return (await find(names).downloadBuffer()).toString('latin1') },
  async mkdir (names) { await folder(names) },
  async rename (names, name) { await find(names).rename(name) },
  async move (names, to) { await find(names).moveTo(find(to)) },
  async trash (names) { await find(names).delete() },
  async delete (names) { await find(names).delete(true) },
  async link (names) { return await find(names).link() },
  async open (url) {
    const file = File.fromURL(url)
    file.api.gateway = gateway
    await file.loadAttributes()
    return { name: file.name, children: (file.children || []).map((child) => child.name).sort() }
  },
  async fetch (url, to) {
    const linked = File.fromURL(url)
    linked.api.gateway = gateway
    await linked.loadAttributes()
    fs.mkdirSync(to, { recursive: true })
    for (const file of linked.children || [linked]) {
      fs.writeFileSync(path.join(to, file.name), await file.downloadBuffer())
    }
  },
  async hear (name) {
    const listener = await login(true)
    const heard = new Promise((resolve, reject) => {
      listener.once('add', (node) => resolve(node.name))
      setTimeout(() => reject(new Error('heard nothing for 10 s')), 10000).unref()
    })
    await folder(name)
    const added = await heard
    await listener.close()
    return added
  },
  // Reads the files of a folder as somebody else.
  async guest (email, name) {
    const theirs = await new Storage({ email, password, gateway, keepalive: false, autoload: true }).ready
    const found = Object.values(theirs.files).find((node) => node.directory && node.name === name)
    if (!found) throw new Error(`no folder that they can read is called ${name}`)
    const contents = {}
    for (const file of (found.children || []).filter((child) => !child.directory)) {
      contents[file.name] = (await file.downloadBuffer()).toString('base64')
    }
    await theirs.close()
    return contents
  },
  async account () { return await storage.getAccountInfo() },
  async close () { await storage.close() }
}

console.log(JSON.stringify({ result: storage.name || email }))
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [name, ...rest] = JSON.parse(line)
  try {
    console.log(JSON.stringify({ result: (await commands[name](...rest)) ?? null }))
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.stack || error) }))
  }
}
process.exit(0)
