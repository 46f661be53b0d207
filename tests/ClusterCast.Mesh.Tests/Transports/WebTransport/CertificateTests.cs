using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClusterCast.Mesh.Transports.WebTransport.Certificates;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Mesh.Tests.Transports.WebTransport;

public sealed class CertificateTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("certificate-test-").FullName;
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Is_what_a_browser_asks_of_a_named_certificate()
    {
        var now = DateTimeOffset.UtcNow;
        using var certificate = PinnedCertificate.Create(now);
        Assert.Equal(3, certificate.Version);
        Assert.True(certificate.NotAfter - certificate.NotBefore <= TimeSpan.FromDays(14));
        Assert.InRange(now.LocalDateTime, certificate.NotBefore, certificate.NotAfter);
        using var key = certificate.GetECDsaPrivateKey()!;
        Assert.Equal("1.2.840.10045.3.1.7", key.ExportParameters(false).Curve.Oid.Value);
        Assert.Equal(Convert.ToBase64String(SHA256.HashData(certificate.RawData)).Replace('+', '-').Replace('/', '_').TrimEnd('='), PinnedCertificate.Hash(certificate));
    }

    [Fact]
    public void Lasts_over_restarts_and_only_its_owner_can_read_it()
    {
        using var first = Open();
        using var second = Open();
        Assert.Equal(first.Hashes, second.Hashes);
        var file = Assert.Single(Directory.GetFiles(_directory));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public void The_successor_is_named_before_it_answers()
    {
        using var keeper = Open();
        var old = PinnedCertificate.Hash(keeper.Current);
        Assert.False(keeper.Update());
        _time.Advance(PinnedCertificate.Life - CertificateKeeper.Overlap);
        Assert.True(keeper.Update());
        var named = keeper.Hashes.Split(',');
        Assert.Equal(2, named.Length);
        Assert.Equal(old, named[0]);
        Assert.Equal(old, PinnedCertificate.Hash(keeper.Current));
        Assert.False(keeper.Update());
        using (var restarted = Open())
        {
            Assert.Equal(keeper.Hashes, restarted.Hashes);
        }

        _time.Advance(CertificateKeeper.Notice);
        Assert.True(keeper.Update());
        Assert.Equal(named[1], keeper.Hashes);
        Assert.Equal(named[1], PinnedCertificate.Hash(keeper.Current));
        using var later = Open();
        Assert.Equal(named[1], later.Hashes);
        Assert.False(keeper.Update());
    }

    [Fact]
    public void A_relay_that_slept_too_long_has_a_living_one()
    {
        using (Open())
        {
        }

        _time.Advance(PinnedCertificate.Life + TimeSpan.FromDays(1));
        using var keeper = Open();
        Assert.True(keeper.Current.NotAfter.ToUniversalTime() > _time.GetUtcNow());
        Assert.DoesNotContain(',', keeper.Hashes);
    }

    [Fact]
    public void A_damaged_file_is_replaced()
    {
        File.WriteAllText(Path.Combine(_directory, "webtransport.pem"), "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
        using var keeper = Open();
        using var again = Open();
        Assert.Equal(keeper.Hashes, again.Hashes);
    }

    private CertificateKeeper Open() => new(_directory, _time, NullLogger.Instance);
}
