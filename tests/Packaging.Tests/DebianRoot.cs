namespace Packaging.Tests;

/// <summary>
/// A root file system of Debian 12 for one test, unpacked from an archive in out/packaging-roots that mmdebstrap makes once.
/// </summary>
internal sealed class DebianRoot : IDisposable
{
    private const string Sources = """
        sources=$(apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Identifier: Packages' |
            grep -E '^deb [^ ]+ bookworm(-updates|-security)? main$' | sort -u || true)
        case $sources in *' bookworm main'*) ;; *) sources='deb http://deb.debian.org/debian bookworm main' ;; esac
        proxies=()
        while read -r line; do proxies+=(--aptopt="$line"); done < <(apt-config dump | grep -E '^Acquire::https?::Proxy ' || true)
        """;
    private readonly string _folder = Directory.CreateTempSubdirectory("mmm-root-").FullName;

    /// <param name="name">The archive's name.</param>
    /// <param name="options">Of mmdebstrap.</param>
    public DebianRoot(string name, string options)
    {
        var archive = System.IO.Path.Combine(Shell.Repository, "out/packaging-roots", $"{name}.tar");
        if (!File.Exists(archive))
        {
            Shell.Run($$"""
                {{Sources}}
                mkdir -p {{System.IO.Path.GetDirectoryName(archive)}}
                mmdebstrap --quiet {{options}} "${proxies[@]}" bookworm {{archive}}.new.tar - <<<"$sources"
                mv {{archive}}.new.tar {{archive}}
                """).Require();
        }
        Shell.Run($"mkdir {Path}; tar -C {Path} --exclude='./dev/*' -xf {archive}; mkdir -p {Path}/root {Path}/proc").Require();
    }

    public string Path => System.IO.Path.Combine(_folder, "root");

    /// <summary>Runs a script in the root, in namespaces of its own: no process and no mount is left when it ends.</summary>
    public string Run(string script, string shell = "/bin/sh")
    {
        File.WriteAllText(System.IO.Path.Combine(Path, "script"), $"set -eu\n{script}\n");
        return Shell.Run($$"""
            unshare --mount --propagation private --pid --fork --kill-child --ipc bash -c '
                mount -t tmpfs -o mode=755 dev "$1/dev"
                for node in null zero random urandom; do
                    : >"$1/dev/$node"
                    mount --bind "/dev/$node" "$1/dev/$node"
                done
                mkdir -m 1777 "$1/dev/shm"
                mount -t proc proc "$1/proc"
                exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive \
                    chroot "$1" {{shell}} /script' run {{Path}}
            """).Require();
    }

    /// <summary>Builds the small C client of the host's tests for the root: /demo, a static program.</summary>
    public void AddDemo(string compiler) =>
        Shell.Run($"{compiler} -O1 -static -o {Path}/demo tests/FbHost.Tests/raw_client.c -lm").Require();

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
