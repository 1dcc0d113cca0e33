// The tables behind list_models(). Adding a model = adding lines here.
//
// Where the checksums come from: the publisher prints none for BodyPix. Those of the weight files were
// computed from public mirrors of the publisher's folder, several independent ones where there are; a file
// that could only be seen by its name in a git repository is pinned by git's own checksum of it ("gitsha1").
// Mirrors hold the graphs (model-stride*.json) written anew: same content, other bytes. So graphs are pinned
// by their content
// ("json-sha256", see checksum.hpp); for three of them the publisher's own bytes were at hand and give the
// same. The MediaPipe ones are those of the publisher's own build files.
#include "model/catalogue_data.hpp"

namespace vbg::model {

namespace {

constexpr const char* mobilenet_16 =
    "There is no stride 32 for MobileNetV1: the publisher's folder has stride 8 and 16 only (404 for 32).";
constexpr const char* stride_8 =
    "Finer and slower than stride 16. Its dilated layers run as they were trained, both ways; "
    "--javascript-dilation makes the network TensorFlow.js runs, which dilates in height only.";
constexpr const char* resnet =
    "Large and slow. Never run against reference outputs by the authors of vbg, for want of the weights.";
constexpr const char* resnet_32 =
    "Nobody has published a checksum of this graph, so fetching it needs --allow-unpinned; its weight files "
    "are "
    "those of stride 16 and are pinned. Large and slow. Never run against reference outputs by the authors "
    "of vbg.";

constexpr WeightLine weight_lines[] = {
    // mobilenet/float/050
    {"mobilenet/float/050/group1-shard1of1.bin", 2419840,
     "sha256:6066a2082f41602a10f59450754b38000616eadf8c800b07cf25aa895831698d"},
    // mobilenet/float/075
    {"mobilenet/float/075/group1-shard1of2.bin", 4194304,
     "sha256:a134113cb4b60ed0acc79205cbe50cf035f031866dfa22482c2ce60e067182a2 "
     "gitsha1:40c518d0885a3142c718dd09c225efbefde8a668"},
    {"mobilenet/float/075/group1-shard2of2.bin", 1003264,
     "sha256:13f0db2400200d3a920a9badcccfb371a7440965f940f3a5fcb5806efd49d255"},
    // mobilenet/float/100
    {"mobilenet/float/100/group1-shard1of4.bin", 4194304, "gitsha1:7eaf709907f2da7c2a652123971b903e588d1891"},
    {"mobilenet/float/100/group1-shard2of4.bin", 4194304, "gitsha1:35d02b2711351527e83e27da230836eb9b09d075"},
    {"mobilenet/float/100/group1-shard3of4.bin", 4194304, "gitsha1:fa6d6224941df49906dd5f676dd5cb70c8cd854a"},
    {"mobilenet/float/100/group1-shard4of4.bin", 1111424,
     "sha256:74a79a9630a9172be5383b54785eb0e5945ae76c70ee0ab5702cf34da7e8c733"},
    // mobilenet/quant1/050
    {"mobilenet/quant1/050/group1-shard1of1.bin", 604960,
     "sha256:839ea607edcb271ae135e7ce605a7f4a9941c1521e3831f230da473e00b4574c"},
    // mobilenet/quant1/075
    {"mobilenet/quant1/075/group1-shard1of1.bin", 1299392,
     "sha256:01fd14c9f46978c0e7dca221ec7b282ebf28a11aad1822dd512885b0b6bcecc1"},
    // mobilenet/quant1/100
    {"mobilenet/quant1/100/group1-shard1of1.bin", 3423584,
     "sha256:b4aa6b88f8b67f57c8ceecc058d3bd8f7330590120dc96f55a608c40b6304f38"},
    // mobilenet/quant2/050
    {"mobilenet/quant2/050/group1-shard1of1.bin", 1209920,
     "sha256:76c2be65c09e953a1c6334cd122c3219c60dae9d66d62d575e2599a5b317ebe9"},
    // mobilenet/quant2/075
    {"mobilenet/quant2/075/group1-shard1of1.bin", 2598784,
     "sha256:e215c9546b9db0e1e06c23c759ed48ccaf2aad68c656d0130b5757bc0479ac77"},
    // mobilenet/quant2/100
    {"mobilenet/quant2/100/group1-shard1of2.bin", 4194304,
     "gitsha1:2022b6dc6919c57ae0edfc16d8cb94b704ecc017"},
    {"mobilenet/quant2/100/group1-shard2of2.bin", 2652864,
     "sha256:7c794a7950dfa085bd13c3907e6925e37e8502bdec9a157da13f062e60f47687"},
    // resnet50/float
    {"resnet50/float/group1-shard1of23.bin", 4194304, "gitsha1:e59cd712046857aa867e43dacac1a9f1c5c374ed"},
    {"resnet50/float/group1-shard2of23.bin", 4194304, "gitsha1:f472e9a9e6d5f1d1716e41049553eff31e07649d"},
    {"resnet50/float/group1-shard3of23.bin", 4194304, "gitsha1:5fa802b17e30185b94fd7b5b6ba3608986456061"},
    {"resnet50/float/group1-shard4of23.bin", 4194304, "gitsha1:79b0eb8310f8587894267d2f70803c87721104dc"},
    {"resnet50/float/group1-shard5of23.bin", 4194304, "gitsha1:08fbb79c9666a2959232f2d04e922bc7e9ceb4d3"},
    {"resnet50/float/group1-shard6of23.bin", 4194304, "gitsha1:80c7939fd54b96d294ea8fdc4dbbafccf3fd15fd"},
    {"resnet50/float/group1-shard7of23.bin", 4194304, "gitsha1:e82dcd5cf844ad2664ec10d1acf473ff1b9081b8"},
    {"resnet50/float/group1-shard8of23.bin", 4194304, "gitsha1:4b323b6f0856beee3dc79a57d956d0169e11d52b"},
    {"resnet50/float/group1-shard9of23.bin", 4194304, "gitsha1:ae1a606b4421dae2b0994e5afb82e60f011e4a13"},
    {"resnet50/float/group1-shard10of23.bin", 4194304, "gitsha1:891e0ec1be1e9762988e898864c9b72fee6dfab8"},
    {"resnet50/float/group1-shard11of23.bin", 4194304, "gitsha1:b26f53a1b3828949ee0d033615dba91d97e1240b"},
    {"resnet50/float/group1-shard12of23.bin", 4194304, "gitsha1:f3a93fca86f31e85837a149e8f9d55db6559abb3"},
    {"resnet50/float/group1-shard13of23.bin", 4194304, "gitsha1:ba19e9d41743af240e08b2517e52c1064009aafa"},
    {"resnet50/float/group1-shard14of23.bin", 4194304, "gitsha1:db7a44e986b130dadc74d5ce84d13cf869f585bd"},
    {"resnet50/float/group1-shard15of23.bin", 4194304, "gitsha1:e985082f1710ce4418963fd198cf17ecdc8cc735"},
    {"resnet50/float/group1-shard16of23.bin", 4194304, "gitsha1:f3fe717cb01fd0dec8f0274a02d7ad38698def92"},
    {"resnet50/float/group1-shard17of23.bin", 4194304, "gitsha1:db4b3c9fbe532a20e41f80edf64a02d4a40830e9"},
    {"resnet50/float/group1-shard18of23.bin", 4194304, "gitsha1:1bee7bcc98484d39dfbc0fe2de2f8d6d4425c40e"},
    {"resnet50/float/group1-shard19of23.bin", 4194304, "gitsha1:15af5582c5bfe667195a94ce4e56da7afc697d84"},
    {"resnet50/float/group1-shard20of23.bin", 4194304, "gitsha1:29673cdd59b841c24113d0616e1a37bd49cea2e9"},
    {"resnet50/float/group1-shard21of23.bin", 4194304, "gitsha1:40d486d84c19a71d7f5bb4764c86bcac417981bf"},
    {"resnet50/float/group1-shard22of23.bin", 4194304, "gitsha1:d59d78f76f7ae5f071b6a4b8962a58e78344137c"},
    {"resnet50/float/group1-shard23of23.bin", 3470784,
     "sha256:10e523de1b49ffb1bb5c436086a201684a7ca5be67f8d5ef32b6c9aea3180431"},
    // resnet50/quant1
    {"resnet50/quant1/group1-shard1of6.bin", 4194304, "gitsha1:527e6ac2eb926b757be1720a58735628f02022fe"},
    {"resnet50/quant1/group1-shard2of6.bin", 4194304, "gitsha1:e40974fa058b76f0b62dedb6876e2c627c984cc2"},
    {"resnet50/quant1/group1-shard3of6.bin", 4194304, "gitsha1:8082303c3ede332facc7a7433d0399b85fa49920"},
    {"resnet50/quant1/group1-shard4of6.bin", 4194304, "gitsha1:8ca346727cd577634352b1c7205be62a20230c6b"},
    {"resnet50/quant1/group1-shard5of6.bin", 4194304, "gitsha1:edb5ca942d5f21abf58e9e238d6aa8a294066f45"},
    {"resnet50/quant1/group1-shard6of6.bin", 2964848,
     "sha256:b4eb6db798e23904d979016f6af18656267cd774230428e5ea7430d3c2fc99d6"},
    // resnet50/quant2
    {"resnet50/quant2/group1-shard1of12.bin", 4194304, "gitsha1:b32b2456b015a9e807714258d8f9566c94f882d2"},
    {"resnet50/quant2/group1-shard2of12.bin", 4194304, "gitsha1:17eb7094bef6234e51e6a04c5e8752cf3217e9a3"},
    {"resnet50/quant2/group1-shard3of12.bin", 4194304, "gitsha1:a00903cc3b1bb746d284170e2fb523a98a077ef5"},
    {"resnet50/quant2/group1-shard4of12.bin", 4194304, "gitsha1:ffd22e20ec5d4b97ad23a4f06be06e6122e1f512"},
    {"resnet50/quant2/group1-shard5of12.bin", 4194304, "gitsha1:65244bc8d18e2b4ea3dff5dcfa3a50773e0c5ce4"},
    {"resnet50/quant2/group1-shard6of12.bin", 4194304, "gitsha1:c0facf38db65129b553dcf6716145938aacd457c"},
    {"resnet50/quant2/group1-shard7of12.bin", 4194304, "gitsha1:eabe3fc8f20b7562ebf50f99c7c37a8b63301588"},
    {"resnet50/quant2/group1-shard8of12.bin", 4194304, "gitsha1:f21473c82600f3ca58ae303dfae85b8fe820f258"},
    {"resnet50/quant2/group1-shard9of12.bin", 4194304, "gitsha1:1e0b92041b8edf54c1ab9993613691650a49138f"},
    {"resnet50/quant2/group1-shard10of12.bin", 4194304, "gitsha1:f3c2954fd1573bee47b6ed5d6e4dfa20ab2e1113"},
    {"resnet50/quant2/group1-shard11of12.bin", 4194304, "gitsha1:9c5935b9e726c4de8297c7cbbb27281776a7505d"},
    {"resnet50/quant2/group1-shard12of12.bin", 1735392,
     "sha256:c3ff8b139bf782a2560e0b5acca1d647f404a9e5b808898c237dcd4f5b1f5fb8"},
};

constexpr GraphLine graph_lines[] = {
    {"bodypix-mobilenet-100-16-quant2", "bodypix-mobilenet-100-16",
     "mobilenet/quant2/100/model-stride16.json", 59365,
     "json-sha256:28aa0234cddba61724a0992437dd7ad882ca6be0c69940a7e0776e187d570d2b",
     "BodyPix, MobileNetV1 x1.00, output stride 16, 2-byte weights", mobilenet_16},
    {"bodypix-mobilenet-100-16-float", "", "mobilenet/float/100/model-stride16.json", 52510,
     "json-sha256:b0aff100fa94c0381304484f309671758a11b4d53ca6c38f7281f46419d5848d",
     "BodyPix, MobileNetV1 x1.00, output stride 16, 4-byte weights", mobilenet_16},
    {"bodypix-mobilenet-100-16-quant1", "", "mobilenet/quant1/100/model-stride16.json", 59142,
     "json-sha256:09f96826c3081bffb53e27fb3d9b928c5d042659394eb42b36c500c49754725a",
     "BodyPix, MobileNetV1 x1.00, output stride 16, 1-byte weights", mobilenet_16},
    {"bodypix-mobilenet-100-8-quant2", "bodypix-mobilenet-100-8", "mobilenet/quant2/100/model-stride8.json",
     59365, "json-sha256:a966172def4903112d56887af61ac6bc2532d780a39e6736a28d7a392a36934e",
     "BodyPix, MobileNetV1 x1.00, output stride 8, 2-byte weights", stride_8},
    {"bodypix-mobilenet-100-8-float", "", "mobilenet/float/100/model-stride8.json", 52510,
     "json-sha256:8b252e796150278f82f1d3b789fb19e5a2ddeaed57a1061c88bbd973a0757bc6",
     "BodyPix, MobileNetV1 x1.00, output stride 8, 4-byte weights", stride_8},
    {"bodypix-mobilenet-100-8-quant1", "", "mobilenet/quant1/100/model-stride8.json", 59142,
     "json-sha256:103bc2ffd5355da59dd7a06a7cb68a2811aae65800018299a72f4a7ceadf4d83",
     "BodyPix, MobileNetV1 x1.00, output stride 8, 1-byte weights", stride_8},
    {"bodypix-mobilenet-075-16-quant2", "bodypix-mobilenet-075-16",
     "mobilenet/quant2/075/model-stride16.json", 59295,
     "json-sha256:bf8a67fb393f2316dcc0d50a233bfecd0c892813f41a326ea54e5f9f16b009c0",
     "BodyPix, MobileNetV1 x0.75, output stride 16, 2-byte weights", mobilenet_16},
    {"bodypix-mobilenet-075-16-float", "", "mobilenet/float/075/model-stride16.json", 52412,
     "json-sha256:cce50710b1f1dd9a9f58a4d16f555b85e9bc020422d0903682e56945da2908b6",
     "BodyPix, MobileNetV1 x0.75, output stride 16, 4-byte weights", mobilenet_16},
    {"bodypix-mobilenet-075-16-quant1", "", "mobilenet/quant1/075/model-stride16.json", 59097,
     "json-sha256:4d74942a79773c9ed4ad70e4bfdbc9c4a174c81493a92c967e45a08322ba16dc",
     "BodyPix, MobileNetV1 x0.75, output stride 16, 1-byte weights", mobilenet_16},
    {"bodypix-mobilenet-075-8-quant2", "bodypix-mobilenet-075-8", "mobilenet/quant2/075/model-stride8.json",
     59295, "json-sha256:79ace7d294309dcf8eaf7ba86aca7aea5fbfe44a087505969a78f242af189421",
     "BodyPix, MobileNetV1 x0.75, output stride 8, 2-byte weights", stride_8},
    {"bodypix-mobilenet-075-8-float", "", "mobilenet/float/075/model-stride8.json", 52412,
     "json-sha256:45f5b64fdcd2f0f261aa7181ac88fdf5307db2b8752ea87aeab9e46b3416cf87",
     "BodyPix, MobileNetV1 x0.75, output stride 8, 4-byte weights", stride_8},
    {"bodypix-mobilenet-075-8-quant1", "", "mobilenet/quant1/075/model-stride8.json", 59097,
     "json-sha256:91cd771a5c3011adf8aa9d4596f052e6fa0a2fbdc0c76d0a09ed71ed69b3fe02",
     "BodyPix, MobileNetV1 x0.75, output stride 8, 1-byte weights", stride_8},
    {"bodypix-mobilenet-050-16-quant2", "bodypix-mobilenet-050-16",
     "mobilenet/quant2/050/model-stride16.json", 59289,
     "json-sha256:d775ba92c6665d74407a5c6d148dda4315d1ab1f9bb08a775f5564b6d8043a01",
     "BodyPix, MobileNetV1 x0.50, output stride 16, 2-byte weights", mobilenet_16},
    {"bodypix-mobilenet-050-16-float", "", "mobilenet/float/050/model-stride16.json", 52388,
     "json-sha256:e06131751c11cfa2630440329691c3042cdf847af87998d61b3964e0ecaaf485",
     "BodyPix, MobileNetV1 x0.50, output stride 16, 4-byte weights", mobilenet_16},
    {"bodypix-mobilenet-050-16-quant1", "", "mobilenet/quant1/050/model-stride16.json", 59098,
     "json-sha256:cad4f65aaa943cc4d0b6eee4b6b4ce819d74312850e6f62035936813ad7ba65d",
     "BodyPix, MobileNetV1 x0.50, output stride 16, 1-byte weights", mobilenet_16},
    {"bodypix-mobilenet-050-8-quant2", "bodypix-mobilenet-050-8", "mobilenet/quant2/050/model-stride8.json",
     59289, "json-sha256:f17c31802ee9e5536ab8eb0078732cc5875ea73a19ba611f29ae695816e33063",
     "BodyPix, MobileNetV1 x0.50, output stride 8, 2-byte weights", stride_8},
    {"bodypix-mobilenet-050-8-float", "", "mobilenet/float/050/model-stride8.json", 52388,
     "json-sha256:6d12a1a40eef499072a376548943af1c63e88a305a23e6635141c9aa01e4f068",
     "BodyPix, MobileNetV1 x0.50, output stride 8, 4-byte weights", stride_8},
    {"bodypix-mobilenet-050-8-quant1", "", "mobilenet/quant1/050/model-stride8.json", 59098,
     "json-sha256:c73356b67a6aedc60fc679d1e76c60633cb1db2cbcb84b9a1a912d2d4f35682a",
     "BodyPix, MobileNetV1 x0.50, output stride 8, 1-byte weights", stride_8},
    {"bodypix-resnet50-16-quant2", "bodypix-resnet50-16", "resnet50/quant2/model-stride16.json", 120792,
     "json-sha256:7d9876f73d968f66e6c11fac16f803ee261f39cb6d749ca1235ed4038d0fa979",
     "BodyPix, ResNet50, output stride 16, 2-byte weights", resnet},
    {"bodypix-resnet50-16-float", "", "resnet50/float/model-stride16.json", 108945,
     "json-sha256:e63f1cbd45925ae1ffacc8cd876539b28465937a88b8fb05b9ceb58038f667ec",
     "BodyPix, ResNet50, output stride 16, 4-byte weights", resnet},
    {"bodypix-resnet50-16-quant1", "", "resnet50/quant1/model-stride16.json", 120326,
     "json-sha256:9c0bf34745574ec58b5c2a4c5b7c569b4001da1fb0c76e61e67b66ca7e41b825",
     "BodyPix, ResNet50, output stride 16, 1-byte weights", resnet},
    {"bodypix-resnet50-32-quant2", "bodypix-resnet50-32", "resnet50/quant2/model-stride32.json", 120792, "",
     "BodyPix, ResNet50, output stride 32, 2-byte weights", resnet_32},
    {"bodypix-resnet50-32-float", "", "resnet50/float/model-stride32.json", 0, "",
     "BodyPix, ResNet50, output stride 32, 4-byte weights", resnet_32},
    {"bodypix-resnet50-32-quant1", "", "resnet50/quant1/model-stride32.json", 0, "",
     "BodyPix, ResNet50, output stride 32, 1-byte weights", resnet_32},
};

constexpr ModelFile selfie_general_file[] = {
    // Two editions of one network, both named by MediaPipe's build files; the second, in newer Python
    // packages,
    // has class names appended.
    {"selfie_segmentation.tflite?generation=1661875931201364", 249024,
     "sha256:8d13b7fae74af625c641226813616a2117bd6bca19eb3b75574621fc08557f27 "
     "sha256:9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c"}};
constexpr ModelFile selfie_landscape_file[] = {
    {"selfie_segmentation_landscape.tflite?generation=1661875928328455", 249792,
     "sha256:4aafe6223bb8dac6fac8ca8ed56852870a33051ef3f6238822d282a109962894 "
     "sha256:a77d03f4659b9f6b6c1f5106947bf40e99d7655094b6527f214ea7d451106edd"}};

constexpr const char* mediapipe_base = "https://storage.googleapis.com/mediapipe-assets/";
constexpr const char* mediapipe_provenance =
    "Google, MediaPipe Selfie Segmentation; the file and its address are those of MediaPipe's build files";
constexpr const char* selfie_note =
    "For a person within about 2 m of the camera. Where the address cannot be reached: the Python package "
    "mediapipe (0.10.5 to 0.10.21) and the JavaScript package @mediapipe/selfie_segmentation hold the same "
    "network; "
    "examples/vbg-model/get-selfie.sh tries all three.";

constexpr CatalogueEntry other_entries[] = {
    {"selfie-general", "", "MediaPipe selfie segmentation, general, 256x256", mediapipe_base,
     selfie_general_file, "Apache-2.0", mediapipe_provenance, selfie_note},
    {"selfie-landscape", "", "MediaPipe selfie segmentation, landscape, 256x144 (fastest)", mediapipe_base,
     selfie_landscape_file, "Apache-2.0", mediapipe_provenance, selfie_note},
};

}  // namespace

std::span<const WeightLine> catalogue_weights() noexcept { return weight_lines; }
std::span<const GraphLine> catalogue_graphs() noexcept { return graph_lines; }
std::span<const CatalogueEntry> catalogue_others() noexcept { return other_entries; }

}  // namespace vbg::model
