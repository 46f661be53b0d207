using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Transports.WebTransport.Certificates;

/// <summary>
/// The relay's certificates for browsers, kept over restarts. Two days before the end of the one that answers, its successor is made; for an hour the record names
/// both, so that every page that is about to dial knows it, then the successor answers. Open connections are not touched.
/// </summary>
internal sealed class CertificateKeeper : IDisposable
{
    /// <summary>How long before its end a certificate gets a successor.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromDays(2);

    /// <summary>How long a successor is named before it answers. Records live 90 s.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromHours(1);

    private readonly string? _directory;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private X509Certificate2? _next;
    private DateTimeOffset _named;

    /// <summary>Reads the certificates or makes the first one.</summary>
    /// <param name="directory">Where they are kept; null keeps them in memory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Told of files that cannot be read or written.</param>
    public CertificateKeeper(string? directory, TimeProvider time, ILogger log)
    {
        (_directory, _time, _log) = (directory, time, log);
        var current = Read(CurrentFile);
        _next = Read(NextFile);
        _named = Now;
        if (current is null)
        {
            (current, _next) = (_next ?? PinnedCertificate.Create(Now), null);
            Keep(current, CurrentFile);
            Remove(NextFile);
        }

        Current = current;
        Update();
    }

    /// <summary>The one that answers.</summary>
    public X509Certificate2 Current { get; private set; }

    /// <summary>The hashes of those that may answer, for the record.</summary>
    public string Hashes => _next is { } next ? $"{PinnedCertificate.Hash(Current)},{PinnedCertificate.Hash(next)}" : PinnedCertificate.Hash(Current);

    private string? CurrentFile => _directory is null ? null : Path.Combine(_directory, "webtransport.pem");

    private string? NextFile => _directory is null ? null : Path.Combine(_directory, "webtransport-next.pem");

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Makes a successor or lets it answer, where it is time; true when <see cref="Current"/> or <see cref="Hashes"/> has changed.</summary>
    public bool Update()
    {
        if (_next is not { } next)
        {
            if (Now < Current.NotAfter - Overlap)
            {
                return false;
            }

            _next = PinnedCertificate.Create(Now);
            _named = Now;
            Keep(_next, NextFile);
            return true;
        }

        if (Now < _named + Notice && Now < Current.NotAfter)
        {
            return false;
        }

        // The one that answered so far may still be in use by a handshake; its finalizer frees it.
        (Current, _next) = (next, null);
        Keep(Current, CurrentFile);
        Remove(NextFile);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Current.Dispose();
        _next?.Dispose();
    }

    private X509Certificate2? Read(string? file)
    {
        if (file is null || !File.Exists(file))
        {
            return null;
        }

        try
        {
            if (PinnedCertificate.Read(File.ReadAllText(file)) is { } certificate && certificate.NotAfter > Now && certificate.NotBefore <= Now)
            {
                return certificate;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.LogWarning("{File} cannot be read ({Cause}); a new certificate for browsers is made", file, e.Message);
        }

        return null;
    }

    private void Keep(X509Certificate2 certificate, string? file)
    {
        if (file is null)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(_directory!);
            var fresh = $"{file}.new";
            File.Delete(fresh);
            using (var stream = new FileStream(fresh, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                stream.Write(System.Text.Encoding.ASCII.GetBytes(PinnedCertificate.Write(certificate)));
            }

            File.Move(fresh, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.LogWarning("{File} cannot be written ({Cause}); the certificate for browsers lasts as long as this process", file, e.Message);
        }
    }

    private void Remove(string? file)
    {
        try
        {
            if (file is not null)
            {
                File.Delete(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.LogWarning("{File} cannot be removed: {Cause}", file, e.Message);
        }
    }
}
