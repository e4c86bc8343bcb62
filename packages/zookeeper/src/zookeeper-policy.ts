import { assertKey } from '@eldest/core/adapter'
import { ZooKeeperSpace } from './zookeeper-space.js'

/** The permissions that elections beneath a node need and no more, as commands of `zkCli.sh`. */
export function policy(chroot = ''): string {
  if (chroot !== '') assertKey(chroot, 'chroot')
  const { root } = new ZooKeeperSpace(chroot)
  const folders = chroot.split('/').map((_, i, names) => `create /${names.slice(0, i + 1).join('/')}`)
  return `# For zkCli.sh: USER may do what elections beneath ${root} need. The nodes it creates there are its own.
# DIGEST is printed by: java -cp 'lib/*' org.apache.zookeeper.server.auth.DigestAuthenticationProvider USER:PASSWORD
${chroot === '' ? '' : `${folders.join('\n')}\n`}setAcl ${root} digest:DIGEST:cr
`
}
