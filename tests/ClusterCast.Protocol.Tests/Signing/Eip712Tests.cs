using System.Text;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Tests.Signing;

/// <summary>The "Ether Mail" example of EIP-712, as published with the EIP.</summary>
public sealed class Eip712Tests
{
    private static readonly Eip712Domain EtherMail = new("Ether Mail", 1, Address.Parse("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"));

    [Fact]
    public void The_domain_separator_is_the_published_one() =>
        Assert.Equal("0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f", EtherMail.Separator.ToString());

    [Fact]
    public void Digest_and_signature_are_the_published_ones()
    {
        var from = Person("Cow", "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826");
        var to = Person("Bob", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB");
        var mail = Hash(Hash(Ascii("Mail(Person from,Person to,string contents)Person(string name,address wallet)")), from, to, Hash(Ascii("Hello, Bob!")));
        Assert.Equal("0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e", mail.ToString());

        var digest = EtherMail.Digest(mail);
        Assert.Equal("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2", digest.ToString());

        var cow = PrivateKey.From(Keccak256.Hash("cow"u8).Span);
        Assert.Equal(Address.Parse("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"), cow.Address);
        Assert.Equal(
            "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c",
            cow.Sign(digest).ToString());
    }

    [Fact]
    public void Domains_differ_in_name_chain_and_contract()
    {
        var contract = Address.Parse("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC");
        Assert.NotEqual(EtherMail.Separator, new Eip712Domain("Ether Mai", 1, contract).Separator);
        Assert.NotEqual(EtherMail.Separator, new Eip712Domain("Ether Mail", 2, contract).Separator);
        Assert.NotEqual(EtherMail.Separator, new Eip712Domain("Ether Mail", 1, Address.Zero).Separator);
    }

    private static Hash32 Person(string name, string wallet)
    {
        var word = new byte[32];
        Address.Parse(wallet).Span.CopyTo(word.AsSpan(12));
        return Hash(Hash(Ascii("Person(string name,address wallet)")), Hash(Ascii(name)), Hash32.From(word));
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private static Hash32 Hash(byte[] bytes) => Keccak256.Hash(bytes);

    private static Hash32 Hash(params Hash32[] words) => Keccak256.Hash(words.SelectMany(w => w.Span.ToArray()).ToArray());
}
