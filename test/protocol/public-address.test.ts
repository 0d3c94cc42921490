import { describe, expect, it } from 'vitest'
import { ipv6Groups } from '../../src/protocol/ip-address.js'
import { isPublicAddress } from '../../src/protocol/public-address.js'

/** Every block of the IANA registry for IPv4, the blocks of multicast and class E, and what a cloud has put elsewhere. */
const specialV4: readonly [string, string, string][] = [
  ['0.0.0.0', '0.255.255.255', 'this network'],
  ['10.0.0.0', '10.255.255.255', 'private'],
  ['100.64.0.0', '100.127.255.255', 'shared address space'],
  ['127.0.0.0', '127.255.255.255', 'loopback'],
  ['169.254.0.0', '169.254.255.255', 'link-local'],
  ['172.16.0.0', '172.31.255.255', 'private'],
  ['192.0.0.0', '192.0.0.255', 'protocol assignments, with the dummy address, PCP, TURN and NAT64 discovery'],
  ['192.0.2.0', '192.0.2.255', 'documentation'],
  ['192.31.196.0', '192.31.196.255', 'AS112-v4'],
  ['192.52.193.0', '192.52.193.255', 'AMT'],
  ['192.88.99.0', '192.88.99.255', '6to4 relay anycast'],
  ['192.168.0.0', '192.168.255.255', 'private'],
  ['192.175.48.0', '192.175.48.255', 'direct delegation AS112'],
  ['198.18.0.0', '198.19.255.255', 'benchmarking'],
  ['198.51.100.0', '198.51.100.255', 'documentation'],
  ['203.0.113.0', '203.0.113.255', 'documentation'],
  ['224.0.0.0', '239.255.255.255', 'multicast'],
  ['240.0.0.0', '255.255.255.255', 'reserved, and broadcast'],
  ['168.63.129.16', '168.63.129.16', 'the host of a virtual machine in Azure'],
]
/** Next to a special block without being in one. */
const neighbours = [
  ...['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'],
  ...['168.63.129.15', '168.63.129.17', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0'],
  ...['191.255.255.255', '192.0.1.0', '192.0.1.255', '192.0.3.0', '192.31.195.255', '192.31.197.0'],
  ...['192.52.192.255', '192.52.194.0', '192.88.98.255', '192.88.100.0', '192.167.255.255', '192.169.0.0'],
  ...['192.175.47.255', '192.175.49.0', '198.17.255.255', '198.20.0.0', '198.51.99.255', '198.51.101.0'],
  ...['203.0.112.255', '203.0.114.0', '223.255.255.255', '8.8.8.8'],
]

/** Every block of the IANA registry for IPv6, and the special blocks of RFC 4291. */
const specialV6: readonly [string, string, string][] = [
  ['::1', '::1', 'loopback'],
  ['::', '::', 'unspecified'],
  ['::ffff:0:0', '::ffff:ffff:ffff', 'IPv4-mapped'],
  ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', 'translation in one’s own network'],
  ['100::', '100::ffff:ffff:ffff:ffff', 'discard only'],
  ['100:0:0:1::', '100:0:0:1:ffff:ffff:ffff:ffff', 'dummy prefix'],
  ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', 'protocol assignments'],
  ['2001:0:808:808::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff', 'Teredo'],
  ['2001:1::1', '2001:1::3', 'PCP, TURN, DNS-SD anycast'],
  ['2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff', 'benchmarking'],
  ['2001:3::', '2001:3:ffff:ffff:ffff:ffff:ffff:ffff', 'AMT'],
  ['2001:4:112::', '2001:4:112:ffff:ffff:ffff:ffff:ffff', 'AS112-v6'],
  ['2001:10::', '2001:1f:ffff:ffff:ffff:ffff:ffff:ffff', 'ORCHID'],
  ['2001:20::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff', 'ORCHIDv2'],
  ['2001:30::', '2001:3f:ffff:ffff:ffff:ffff:ffff:ffff', 'drones'],
  ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation'],
  ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '6to4'],
  ['2002:808:808::1', '2002:808:808::1', '6to4 of a public address'],
  ['2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff', 'direct delegation AS112'],
  ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation'],
  ['5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'SRv6 SIDs'],
  ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'unique local'],
  ['fd00:ec2::254', 'fd00:ec2::254', 'the metadata of AWS'],
  ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'link-local'],
  ['fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'site-local'],
  ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'multicast'],
  ['::7f00:1', '::808:808', 'IPv4-compatible'],
  ['::ffff:0:7f00:1', '::ffff:0:808:808', 'IPv4-translated'],
]

describe('strangers are not met at', () => {
  it.each(specialV4)('%s to %s: %s', (first, last) => {
    expect([isPublicAddress(first), isPublicAddress(last)]).toEqual([false, false])
  })

  it.each(specialV6)('%s to %s: %s', (first, last) => {
    expect([isPublicAddress(first), isPublicAddress(last)]).toEqual([false, false])
  })

  it.each(specialV4)('%s to %s in IPv6, mapped or translated', (first, last) => {
    for (const address of [first, last]) {
      expect([`::ffff:${address}`, `::${address}`, `64:ff9b::${address}`].filter(isPublicAddress)).toEqual([])
    }
  })

  it.each([
    ...['::ffff:8.8.8.8', '::FFFF:7F00:1', '0:0:0:0:0:ffff:7f00:0001', '::8.8.8.8', '64:FF9B::10.0.0.1'],
    ...['64:ff9b::7f00:1', '64:ff9b:0:0:0:0:a9fe:a9fe', '64:ff9b:0:0:0:1:808:808', '64:ff9b:1::808:808'],
    ...['FE80::1', 'fe80::1%eth0', '2606:4700::1%eth0', '0000:0000:0000:0000:0000:0000:0000:0001', '::127.0.0.1'],
  ])('%s, however it is spelled', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each([
    ...['', ' ', 'localhost', 'example.com', '8.8.8', '8.8.8.8.8', '8.8.8.256', '08.8.8.8', '0x8.8.8.8', '134744072'],
    ...[' 8.8.8.8', '8.8.8.8 ', '8.8.8.8:443', '8.8.8.8/32', '[2606:4700::1]', '2606:4700:::1', '2606:4700::1/64'],
    ...['2606:4700::1]/x', '2606:4700::g', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '８.8.8.8', '٨.8.8.8'],
  ])('%j, which is no address as anybody writes one', (text) => {
    expect(isPublicAddress(text)).toBe(false)
  })
})

describe('a public address is', () => {
  it.each(neighbours)('%s, also where a translator leads to it', (address) => {
    expect([isPublicAddress(address), isPublicAddress(`64:ff9b::${address}`)]).toEqual([true, true])
  })

  it.each([
    ...[
      '2000::',
      '2001:200::',
      '2001:db7:ffff::',
      '2001:db9::',
      '2001:4860:4860::8888',
      '2003::',
      '2606:4700::6810:84e5',
    ],
    ...['2620:4f:7fff::', '2620:4f:8001::', '3ffe:ffff::', '3fff:1000::', '2A00:1450:4001::200E', '2606:4700::8.8.8.8'],
  ])('%s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
})

it('the groups of an IPv6 address are written in one way', () => {
  expect(ipv6Groups('2001:DB8::1.2.3.4')).toEqual(['2001', 'db8', '0', '0', '0', '0', '102', '304'])
  expect(ipv6Groups('::')).toEqual(['0', '0', '0', '0', '0', '0', '0', '0'])
  expect(ipv6Groups('1:2:3:4:5:6:7:0008')).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
  expect(ipv6Groups('1:2::')).toEqual(['1', '2', '0', '0', '0', '0', '0', '0'])
})
