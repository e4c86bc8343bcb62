import { ZooKeeperSpace } from './zookeeper-space.js'

/** The permissions that elections beneath a node need and no more, as commands of `zkCli.sh`. */
export function policy(chroot = ''): string {
  const { root } = new ZooKeeperSpace(chroot)
  return `# For zkCli.sh: USER may do what elections beneath ${root} need. The nodes it creates there are its own.
# DIGEST is printed by: java -cp 'lib/*' org.apache.zookeeper.server.auth.DigestAuthenticationProvider USER:PASSWORD
${root === '/' ? '' : `create ${root}\n`}setAcl ${root} digest:DIGEST:cdr
`
}
