using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace ClusterCast.Media.Tests.Rtmp.Amf;

public sealed class AmfTests
{
    [Fact]
    public void What_is_written_is_read_back() => Properties.Hold(Values(3).ListOf(), values =>
        Equal(values.ToArray(), AmfReader.ReadAll(AmfWriter.ToBytes(values.ToArray())).ToArray()));

    [Fact]
    public void Connect_command_has_the_bytes_of_the_specification() => Assert.Equal(
        "020007636F6E6E656374" + "003FF0000000000000" + "03" + "0003617070" + "0200046C697665" + "000009" + "05" + "0101",
        Convert.ToHexString(AmfWriter.ToBytes("connect", 1, new AmfObject { ["app"] = "live" }, null, true)));

    [Fact]
    public void Ecma_array_typed_object_and_undefined_are_read()
    {
        var array = Assert.IsType<AmfObject>(AmfReader.ReadAll(Convert.FromHexString("08000000010001610101000009")).Single());
        Assert.True(array.Get<bool>("a"));
        var typed = Assert.IsType<AmfObject>(AmfReader.ReadAll(Convert.FromHexString("10000178000162003FF0000000000000000009")).Single());
        Assert.Equal(1d, typed.Get<double>("b"));
        Assert.Null(AmfReader.ReadAll([6]).Single());
    }

    [Fact]
    public void Long_text_takes_the_long_form()
    {
        var text = new string('x', 70_000);
        Assert.Equal(text, AmfReader.ReadAll(AmfWriter.ToBytes(text)).Single());
    }

    [Theory]
    [InlineData("00")] // number cut off
    [InlineData("02000561")] // text cut off
    [InlineData("0A7FFFFFFF")] // array of 2^31 values
    [InlineData("0C7FFFFFFF")] // text of 2 GiB
    [InlineData("03000161")] // object cut off
    [InlineData("0B7FF80000000000000000")] // date not a number
    [InlineData("04")] // movie clip
    [InlineData("11")] // AMF3
    [InlineData("07")] // reference
    public void Broken_bytes_are_refused(string hex) =>
        Assert.Equal(MediaFault.Malformed, Assert.Throws<MediaException>(() => AmfReader.ReadAll(Convert.FromHexString(hex))).Fault);

    [Fact]
    public void Nesting_is_bounded()
    {
        object? value = 1d;
        for (var i = 0; i < AmfReader.MaxDepth; i++) value = new object?[] { value };
        Assert.Single(AmfReader.ReadAll(AmfWriter.ToBytes(value)));
        Assert.Throws<MediaException>(() => AmfReader.ReadAll(AmfWriter.ToBytes([new object?[] { value }])));
    }

    [Fact]
    public void Number_of_values_is_bounded() =>
        Assert.Throws<MediaException>(() => AmfReader.ReadAll(Enumerable.Repeat((byte)5, AmfReader.MaxValues + 1).ToArray()));

    [Fact]
    public void Unknown_types_are_not_written() => Assert.Throws<ArgumentException>(() => AmfWriter.ToBytes(1.5m));

    private static Gen<object?> Values(int depth)
    {
        var plain = Gen.OneOf(
            Gen.Constant<object?>(null),
            Gen.Choose(-100_000, 100_000).Select(number => (object?)(number / 8d)),
            Gen.Elements(true, false).Select(flag => (object?)flag),
            Gen.Elements("", "onMetaData", "grüße", new string('k', 300)).Select(text => (object?)text),
            Gen.Choose(0, int.MaxValue).Select(ms => (object?)DateTimeOffset.FromUnixTimeMilliseconds(ms)));
        if (depth == 0) return plain;
        return Gen.OneOf(plain,
            Values(depth - 1).ListOf(3).Select(items => (object?)items.ToArray()),
            Values(depth - 1).ListOf(3).Select(items =>
            {
                var map = new AmfObject();
                for (var i = 0; i < items.Count; i++) map[$"k{i}"] = items[i];
                return (object?)map;
            }));
    }

    private static bool Equal(object? a, object? b) => (a, b) switch
    {
        (object?[] left, object?[] right) => left.Length == right.Length && left.Zip(right).All(pair => Equal(pair.First, pair.Second)),
        (AmfObject left, AmfObject right) => left.Keys.SequenceEqual(right.Keys) && left.Keys.All(key => Equal(left[key], right[key])),
        _ => Equals(a, b),
    };
}
